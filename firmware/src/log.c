/* The console: a line at the start, and one for each queue that fails, with the time of it in cycles. */
#include "platform.h"
#include "queue_state.h"

enum { LINE_BYTES = 160 };

struct line {
  char text[LINE_BYTES];
  uint32_t bytes;
};

static void put(struct line* line, char character) {
  if (line->bytes < LINE_BYTES - 1) line->text[line->bytes++] = character; /* one stays for the end of the line */
}

static void put_text(struct line* line, const char* text) {
  while (*text != 0) put(line, *text++);
}

static void put_number(struct line* line, uint32_t number) {
  char digits[10];
  uint32_t count = 0;
  do {
    digits[count++] = (char)('0' + number % 10);
    number /= 10;
  } while (number != 0);
  while (count != 0) put(line, digits[--count]);
}

static void put_address(struct line* line, uint32_t address) {
  put_text(line, "0x");
  for (int shift = 28; shift >= 0; shift -= 4) put(line, "0123456789abcdef"[address >> shift & 15]);
}

static void begin(struct line* line) {
  line->bytes = 0;
  put(line, '[');
  put_number(line, (uint32_t)hd_time());
  put_text(line, "] ");
}

static void end(struct line* line) {
  line->text[line->bytes++] = '\n';
  hd_console_write(line->text, line->bytes);
}

__attribute__((noinline, cold)) void hd_log_start(void) {
  struct line line;
  hd_console_start();
  begin(&line);
  put_text(&line, "firmware started, interface ");
  put_number(&line, HD_FIRMWARE_INTERFACE >> 16);
  put(&line, '.');
  put_number(&line, HD_FIRMWARE_INTERFACE & 0xFFFF);
  end(&line);
}

__attribute__((noinline, cold)) void hd_log_failure(uint32_t q) {
  volatile struct hd_queue* entry = hd_entry(q);
  struct line line;
  begin(&line);
  put_text(&line, "queue ");
  put_number(&line, q);
  put_text(&line, " failed: packet ");
  put_number(&line, entry->failed_index[0]);
  put_text(&line, ", reason ");
  put_number(&line, entry->reason);
  if (entry->reason == HD_QUEUE_FAULT) {
    put_text(&line, " (fault): cause ");
    put_number(&line, entry->fault.cause);
    put_text(&line, ", pc ");
    put_address(&line, entry->fault.pc);
    put_text(&line, ", value ");
    put_address(&line, entry->fault.value);
  } else {
    put_text(&line, ", field at byte ");
    put_number(&line, entry->offset);
  }
  end(&line);
}
