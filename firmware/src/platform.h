/* What the firmware needs of the machine: on the device platform.c and guard.S, on the host a test's double. */
#ifndef HEDDLE_PLATFORM_H
#define HEDDLE_PLATFORM_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Reads and writes `words` words of device memory at a multiple of 4. 0: the memory answered with an error, and nothing
 * more was read or written. */
int hd_memory_read(uint32_t address, uint32_t* words, uint32_t count);
int hd_memory_write(uint32_t address, const uint32_t* words, uint32_t count);
/* Bytes of a word at a multiple of 4, as memory has them at that moment. */
int hd_memory_read_byte(uint32_t address, uint8_t* byte);
int hd_memory_write_byte(uint32_t address, uint8_t byte);

/* The block buffers: 64 bytes of device memory at a multiple of 64, moved while the firmware goes on. A second transfer
 * of a buffer, and its words, wait for the end of the first. */
enum hd_buffer { HD_BUFFER_TAKE, HD_BUFFER_SIGNAL, HD_BUFFERS };
enum { HD_BLOCK_WORDS = 16 };
void hd_block_read(enum hd_buffer buffer, uint32_t address);
void hd_block_write(enum hd_buffer buffer, uint32_t address, uint32_t words); /* bit i: word i, the last one first */
int hd_block_busy(enum hd_buffer buffer);
int hd_block_failed(enum hd_buffer buffer); /* not while it is busy: memory answered the last transfer with an error */
const volatile uint32_t* hd_block_words(enum hd_buffer buffer);
void hd_block_set_word(enum hd_buffer buffer, uint32_t word, uint32_t value);

/* Registers of the host port, by offset (docs/spec/registers.yaml). */
uint32_t hd_register_read(uint32_t offset);
void hd_register_write(uint32_t offset, uint32_t value);

/* What is there to be done. */
enum { HD_EVENT_DOORBELL = 1, HD_EVENT_ENDED = 2 };
uint32_t hd_events(void);
/* Bits of host_doorbell that are set; they are cleared. */
uint32_t hd_doorbells(void);
/* Rings the host: sets bits of hart_doorbell. */
void hd_ring_host(uint32_t bits);

/* Sets up the console; what nobody has read is dropped. Puts text there; nobody waits for its reader. */
void hd_console_start(void);
void hd_console_write(const char* text, uint32_t bytes);

uint64_t hd_time(void);

#ifdef __cplusplus
}
#endif

#endif
