// The host's model of what lanes of a wave exchange, from the ISA manual's text (DPP_CTRL, DS_SWIZZLE_B32, DS_BPERMUTE_B32).
// Every function makes lane `lane`'s result from all items' values before.
enum { Lanes = 64 };

static int isActive(int item, int items) { return item >= 0 && item < items; }

static u32 hostPermute(const u32 *value, u32 index, int item, int items) {
  int from = item / Lanes * Lanes + (int)(index % Lanes);
  return isActive(from, items) ? value[from] : 0;
}

static u32 hostFirst(const u32 *value, int item) { return value[item / Lanes * Lanes]; }

static u64 hostBallot(const u32 *value, int item, int items) {
  u64 mask = 0;
  for (int lane = 0; lane < Lanes; ++lane) {
    int at = item / Lanes * Lanes + lane;
    if (isActive(at, items) && (value[at] & 1))
      mask |= (u64)1 << lane;
  }
  return mask;
}

static u32 hostCountBelow(u64 mask, int item) {
  return (u32)__builtin_popcountll(mask & (((u64)1 << item % Lanes) - 1));
}

/// Bit mode: and, or, xor of five bits each.
static u32 hostSwizzle(const u32 *value, u32 pattern, int item, int items) {
  u32 lane = item % 32, from = ((lane & (pattern & 31)) | (pattern >> 5 & 31)) ^ (pattern >> 10 & 31);
  int at = item / 32 * 32 + (int)from;
  return isActive(at, items) ? value[at] : 0;
}

/// The lane that a DPP control reads, or -1.
static int dppSource(u32 control, int lane) {
  int row = lane / 16 * 16, place = lane % 16, amount = control & 15;
  if (control <= 0xFF)
    return lane / 4 * 4 + (control >> 2 * (lane % 4) & 3);
  if (control >= 0x101 && control <= 0x10F)
    return place + amount < 16 ? row + place + amount : -1;
  if (control >= 0x111 && control <= 0x11F)
    return place >= amount ? row + place - amount : -1;
  if (control >= 0x121 && control <= 0x12F)
    return row + (place + 16 - amount) % 16;
  if (control == 0x138)
    return lane - 1;
  if (control == 0x140)
    return row + 15 - place;
  if (control == 0x141)
    return lane / 8 * 8 + 7 - lane % 8;
  if (control == 0x142)
    return row ? row - 1 : -1;
  if (control == 0x143)
    return lane >= 32 ? 31 : -1;
  return -1;
}

static u32 hostDpp(const u32 *old, const u32 *value, u32 control, u32 rows, u32 banks, int bound, int item, int items) {
  int lane = item % Lanes, from = dppSource(control, lane), at = item - lane + from;
  if (!(rows >> lane / 16 & 1) || !(banks >> lane / 4 % 4 & 1))
    return old[item];
  if (from >= 0 && isActive(at, items))
    return value[at];
  return bound ? 0 : old[item];
}
