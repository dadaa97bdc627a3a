/* What the firmware needs of the machine: on the device platform.c and guard.S, on the host a test's double. */
#ifndef HEDDLE_PLATFORM_H
#define HEDDLE_PLATFORM_H

#include <stdint.h>

/* Reads and writes `words` words of device memory at a multiple of 4. 0: the memory answered with an error, and nothing
 * more was read or written. */
int hd_memory_read(uint32_t address, uint32_t* words, uint32_t count);
int hd_memory_write(uint32_t address, const uint32_t* words, uint32_t count);
/* Bytes of a word at a multiple of 4, as memory has them at that moment. */
int hd_memory_read_byte(uint32_t address, uint8_t* byte);
int hd_memory_write_byte(uint32_t address, uint8_t byte);

/* Registers of the host port, by offset (docs/spec/registers.yaml). */
uint32_t hd_register_read(uint32_t offset);
void hd_register_write(uint32_t offset, uint32_t value);

/* Bits of host_doorbell that are set; they are cleared. */
uint32_t hd_doorbells(void);
/* Rings the host: sets bits of hart_doorbell. */
void hd_ring_host(uint32_t bits);

uint64_t hd_time(void);

#endif
