/* Moves data through the emulator's memory. */
#include <kiln/runtime.h>
#include <stdio.h>

int main(void) {
  kiln_device device = {0};
  kiln_buffer buffer = {0};
  kiln_stream none = {0};
  unsigned char bytes[16] = {0};
  if (kiln_device_open("emulator:gfx950", &device) || kiln_buffer_create(device, sizeof(bytes), &buffer) ||
      kiln_buffer_fill(buffer, 0, 42, sizeof(bytes), none) || kiln_buffer_read(buffer, 0, bytes, sizeof(bytes), none)) {
    fprintf(stderr, "%s\n", kiln_last_error());
    return 1;
  }
  printf("%d %d\n", bytes[0], bytes[15]);
  return 0;
}
