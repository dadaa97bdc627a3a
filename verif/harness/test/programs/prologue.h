// Start of every test program: Xheddle mnemonics, the entry, where data may go.
.include "xheddle.inc"
#define DATA 0x80100000
#define SCRATCH 0x10000000
#define PRIVATE 0x40000000
#define CSR_HD_LOCAL_ID_X 0xCC0
#define CSR_HD_LANE 0xCCE
#define CSR_HD_WARP_MASK 0xCD2
#define CSR_HD_PRIVATE_SIZE 0xCD3
.section .text
.global _start
_start:
