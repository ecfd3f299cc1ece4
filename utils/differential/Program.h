// PROGRAM(name, items, gpu, host): a program's two entries around its phases. On the GPU `gpu` is what an item executes; on the
// host `host` is executed once for a workgroup, and EACH is "for every item".
PURE void begin(Item *s, LOCAL Group *w, GLOBAL const u32 *in, u32 item, u32 items, u32 group) {
  for (u32 i = 0; i < 8; ++i)
    s->u[i] = in[(item * 8 + i + group * 13) & (InputWords - 1)];
  for (u32 i = 0; i < 4; ++i)
    s->l[i] = s->u[i] * (u64)s->u[i + 4] + i;
  for (u32 i = 0; i < 5; ++i)
    s->f[i] = (f32)(i32)s->u[i] * (i & 1 ? 0x1p-20f : 0x1p-28f);
  for (u32 i = 0; i < 3; ++i)
    s->d[i] = (f64)(i32)s->u[i + 2] * 0x1p-18;
  for (u32 i = 0; i < 3; ++i)
    s->h[i] = (f16)((f32)(i32)s->u[i + 5] * 0x1p-26f);
  w->bank[0][item] = w->bank[0][item + items] = s->u[1] ^ item;
  w->bank[1][item] = w->bank[1][item + items] = s->u[2] + item;
  if (item < Cells)
    w->cells[item] = item % 8 == 3 ? ~0u : item * 77;
  if (item < 4)
    w->wide[item] = item;
}

enum { OutputWords = 48 };
PURE void end(const Item *s, LOCAL const Group *w, GLOBAL u32 *out, u32 item, u32 items) {
  for (u32 i = 0; i < 8; ++i)
    out[i] = s->u[i];
  for (u32 i = 0; i < 4; ++i)
    out[8 + 2 * i] = (u32)s->l[i], out[9 + 2 * i] = (u32)(s->l[i] >> 32);
  for (u32 i = 0; i < 5; ++i)
    out[16 + i] = bitsF(s->f[i]);
  for (u32 i = 0; i < 3; ++i)
    out[21 + 2 * i] = (u32)bitsD(s->d[i]), out[22 + 2 * i] = (u32)(bitsD(s->d[i]) >> 32);
  for (u32 i = 0; i < 3; ++i)
    out[27 + i] = bitsH(s->h[i]);
  for (u32 i = 0; i < 2; ++i)
    out[30 + i] = w->bank[i][item], out[32 + i] = w->bank[i][item + items];
  out[34] = w->cells[item % Cells];
  out[35] = (u32)w->wide[item % 4], out[36] = (u32)(w->wide[item % 4] >> 32);
}

#ifdef __OPENCL_C_VERSION__
#define PROGRAM(name, count, gpu, host)                                                                      \
  __kernel __attribute__((reqd_work_group_size(count, 1, 1))) void name(                                     \
      __global const u32 *in, __global u32 *out, __global u32 *counters) {                                   \
    __local Group shared;                                                                                    \
    __local Group *w = &shared;                                                                              \
    Item state, *s = &state;                                                                                 \
    u32 item = __builtin_amdgcn_workitem_id_x(), group = __builtin_amdgcn_workgroup_id_x(), items = count;   \
    begin(s, w, in, item, items, group);                                                                     \
    BARRIER;                                                                                                 \
    counters += group * Cells;                                                                               \
    gpu end(s, w, out + (group * count + item) * OutputWords, item, items);                                  \
  }
#else
#define EACH for (u32 item = 0; item < items; ++item) for (Item *s = &all[item]; s; s = 0)
#define COPY(field) for (u32 i = 0; i < items; ++i) copy[i] = all[i].u[field];
#define OLD(field) for (u32 i = 0; i < items; ++i) old[i] = all[i].u[field];
#define OTHER(field) s->u[field]
#define PROGRAM(name, count, gpu, host)                                                                      \
  const u32 name##_items = count;                                                                            \
  void name(const u32 *in, u32 *out, u32 *counters, u32 group) {                                             \
    static Item all[MaxItems];                                                                               \
    static Group shared;                                                                                     \
    Group *w = &shared;                                                                                      \
    static u32 copy[MaxItems], old[MaxItems];                                                                \
    u32 items = count;                                                                                       \
    counters += group * Cells;                                                                               \
    EACH begin(s, w, in, item, items, group);                                                                \
    host EACH end(s, w, out + (group * count + item) * OutputWords, item, items);                            \
  }
#endif
