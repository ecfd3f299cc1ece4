#include "Json.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Members are found by walking the list, so an object's size is bounded as well.
enum { MAX_DEPTH = 64, MAX_MEMBERS = 4096, BLOCK_BYTES = 16384 };

struct block {
  struct block *next;
  size_t used, size;
  max_align_t bytes[];
};

struct kiln_json_document {
  struct block *blocks;
  struct kiln_json_value *root;
};

struct parser {
  const char *at, *end;
  uint32_t line;
  unsigned depth;
  size_t memoryLeft;
  struct kiln_json_document *document;
  char *error;
  size_t errorSize;
};

static int fail(struct parser *p, const char *format, ...) {
  va_list args;
  int used = snprintf(p->error, p->errorSize, "line %u: ", p->line);
  if (used < 0 || (size_t)used >= p->errorSize)
    return 0;
  va_start(args, format);
  vsnprintf(p->error + used, p->errorSize - (size_t)used, format, args);
  va_end(args);
  return 0;
}

static void *allocate(struct parser *p, size_t size) {
  struct block *block = p->document->blocks;
  size = (size + sizeof(max_align_t) - 1) & ~(sizeof(max_align_t) - 1);
  if (!block || block->size - block->used < size) {
    size_t capacity = size > BLOCK_BYTES ? size : BLOCK_BYTES;
    if (capacity > p->memoryLeft || !(block = malloc(sizeof(struct block) + capacity))) {
      fail(p, "the document needs more memory than it may have");
      return NULL;
    }
    p->memoryLeft -= capacity;
    block->next = p->document->blocks;
    block->used = 0;
    block->size = capacity;
    p->document->blocks = block;
  }
  void *result = (char *)block->bytes + block->used;
  block->used += size;
  return memset(result, 0, size);
}

static void skipSpace(struct parser *p) {
  for (; p->at < p->end; ++p->at) {
    if (*p->at == '\n')
      ++p->line;
    else if (*p->at != ' ' && *p->at != '\t' && *p->at != '\r')
      return;
  }
}

static int isDigit(const struct parser *p) { return p->at < p->end && *p->at >= '0' && *p->at <= '9'; }

static int digits(struct parser *p) {
  if (!isDigit(p))
    return fail(p, "expected a digit in a number");
  while (isDigit(p))
    ++p->at;
  return 1;
}

static int parseNumber(struct parser *p, struct kiln_json_value *value) {
  const char *start = p->at;
  if (*p->at == '-')
    ++p->at;
  if (p->at < p->end && *p->at == '0')
    ++p->at;
  else if (!digits(p))
    return 0;
  if (p->at < p->end && *p->at == '.') {
    ++p->at;
    if (!digits(p))
      return 0;
  }
  if (p->at < p->end && (*p->at == 'e' || *p->at == 'E')) {
    ++p->at;
    if (p->at < p->end && (*p->at == '+' || *p->at == '-'))
      ++p->at;
    if (!digits(p))
      return 0;
  }
  size_t length = (size_t)(p->at - start);
  char *text = allocate(p, length + 1);
  if (!text)
    return 0;
  memcpy(text, start, length);
  value->kind = KILN_JSON_NUMBER;
  value->text = text;
  return 1;
}

static int parseHex4(struct parser *p, uint32_t *code) {
  *code = 0;
  for (int i = 0; i < 4; ++i) {
    char c = p->at < p->end ? *p->at++ : 0;
    uint32_t digit = c >= '0' && c <= '9'   ? (uint32_t)(c - '0')
                     : c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a' + 10)
                     : c >= 'A' && c <= 'F' ? (uint32_t)(c - 'A' + 10)
                                            : 16;
    if (digit > 15)
      return fail(p, "expected four hexadecimal digits after \\u");
    *code = *code << 4 | digit;
  }
  return 1;
}

static char *putUtf8(char *out, uint32_t code) {
  if (code < 0x80) {
    *out++ = (char)code;
  } else if (code < 0x800) {
    *out++ = (char)(0xc0 | code >> 6);
    *out++ = (char)(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    *out++ = (char)(0xe0 | code >> 12);
    *out++ = (char)(0x80 | (code >> 6 & 0x3f));
    *out++ = (char)(0x80 | (code & 0x3f));
  } else {
    *out++ = (char)(0xf0 | code >> 18);
    *out++ = (char)(0x80 | (code >> 12 & 0x3f));
    *out++ = (char)(0x80 | (code >> 6 & 0x3f));
    *out++ = (char)(0x80 | (code & 0x3f));
  }
  return out;
}

static int parseEscape(struct parser *p, char **out) {
  static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
  char c = p->at < p->end ? *p->at++ : 0;
  if (c == 'u') {
    uint32_t code, low;
    if (!parseHex4(p, &code))
      return 0;
    if (code >= 0xd800 && code < 0xdc00) {
      if (p->end - p->at < 6 || p->at[0] != '\\' || p->at[1] != 'u')
        return fail(p, "a high surrogate without a low one");
      p->at += 2;
      if (!parseHex4(p, &low))
        return 0;
      if (low < 0xdc00 || low > 0xdfff)
        return fail(p, "a high surrogate without a low one");
      code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    } else if (code >= 0xdc00 && code < 0xe000) {
      return fail(p, "a low surrogate without a high one");
    }
    if (!code)
      return fail(p, "a string may not hold a NUL");
    *out = putUtf8(*out, code);
    return 1;
  }
  const char *found = c ? strchr(from, c) : NULL;
  if (!found)
    return fail(p, "unknown escape in a string");
  *(*out)++ = to[found - from];
  return 1;
}

// A string's decoded form is never longer than its spelling, so the closing quote's position bounds it.
static char *parseString(struct parser *p) {
  const char *close = ++p->at;
  while (close < p->end && *close != '"')
    close += *close == '\\' && close + 1 < p->end ? 2 : 1;
  if (close >= p->end) {
    fail(p, "a string without its closing quote");
    return NULL;
  }
  char *text = allocate(p, (size_t)(close - p->at) + 1);
  char *out = text;
  while (text && p->at < close) {
    unsigned char c = (unsigned char)*p->at++;
    if (c < 0x20) {
      fail(p, "a control character in a string");
      return NULL;
    }
    if (c != '\\')
      *out++ = (char)c;
    else if (!parseEscape(p, &out))
      return NULL;
  }
  p->at = close + 1;
  return text;
}

static struct kiln_json_value *parseValue(struct parser *p);

static int expectCharacter(struct parser *p, char wanted, const char *where) {
  skipSpace(p);
  if (p->at < p->end && *p->at == wanted) {
    ++p->at;
    return 1;
  }
  return fail(p, "expected '%c' %s", wanted, where);
}

static char *parseKey(struct parser *p, const struct kiln_json_value *object) {
  skipSpace(p);
  if (p->at >= p->end || *p->at != '"') {
    fail(p, "expected a member's name in quotes");
    return NULL;
  }
  char *key = parseString(p);
  if (key && kiln_json_member(object, key)) {
    fail(p, "member '%.80s' appears twice", key);
    return NULL;
  }
  return key && expectCharacter(p, ':', "after a member's name") ? key : NULL;
}

static int parseChildren(struct parser *p, struct kiln_json_value *value, char close) {
  const struct kiln_json_value **link = &value->first;
  ++p->at;
  skipSpace(p);
  if (p->at < p->end && *p->at == close) {
    ++p->at;
    return 1;
  }
  for (;;) {
    char *key = close == '}' ? parseKey(p, value) : NULL;
    if (close == '}' && !key)
      return 0;
    if (key && value->count == MAX_MEMBERS)
      return fail(p, "an object of more than %d members", MAX_MEMBERS);
    struct kiln_json_value *child = parseValue(p);
    if (!child)
      return 0;
    child->key = key;
    *link = child;
    link = &child->next;
    ++value->count;
    skipSpace(p);
    if (p->at < p->end && *p->at == ',')
      ++p->at;
    else
      return expectCharacter(p, close, "or ',' after an element");
  }
}

static int parseWord(struct parser *p, const char *word) {
  size_t length = strlen(word);
  if ((size_t)(p->end - p->at) < length || memcmp(p->at, word, length) != 0)
    return fail(p, "expected a value");
  p->at += length;
  return 1;
}

static struct kiln_json_value *parseValue(struct parser *p) {
  skipSpace(p);
  if (p->at >= p->end) {
    fail(p, "expected a value, found the end of the text");
    return NULL;
  }
  if (++p->depth > MAX_DEPTH) {
    fail(p, "nested deeper than %d", MAX_DEPTH);
    return NULL;
  }
  struct kiln_json_value *value = allocate(p, sizeof *value);
  if (!value)
    return NULL;
  value->line = p->line;
  int good;
  switch (*p->at) {
  case '{':
    value->kind = KILN_JSON_OBJECT;
    good = parseChildren(p, value, '}');
    break;
  case '[':
    value->kind = KILN_JSON_ARRAY;
    good = parseChildren(p, value, ']');
    break;
  case '"':
    value->kind = KILN_JSON_STRING;
    good = (value->text = parseString(p)) != NULL;
    break;
  case 't':
    value->boolean = 1; // fallthrough
  case 'f':
    value->kind = KILN_JSON_BOOLEAN;
    good = parseWord(p, value->boolean ? "true" : "false");
    break;
  case 'n':
    good = parseWord(p, "null");
    break;
  default:
    good = *p->at == '-' || isDigit(p) ? parseNumber(p, value) : fail(p, "expected a value");
  }
  --p->depth;
  return good ? value : NULL;
}

struct kiln_json_document *kiln_json_parse(const char *text, size_t size, size_t memory, char *error,
                                           size_t errorSize) {
  struct kiln_json_document *document = calloc(1, sizeof *document);
  struct parser p = {text, text + size, 1, 0, memory, document, error, errorSize};
  if (!document) {
    fail(&p, "out of memory");
    return NULL;
  }
  document->root = parseValue(&p);
  if (document->root) {
    skipSpace(&p);
    if (p.at == p.end)
      return document;
    fail(&p, "text after the end of the document");
  }
  kiln_json_free(document);
  return NULL;
}

void kiln_json_free(struct kiln_json_document *document) {
  if (!document)
    return;
  for (struct block *block = document->blocks, *next; block; block = next) {
    next = block->next;
    free(block);
  }
  free(document);
}

const struct kiln_json_value *kiln_json_root(const struct kiln_json_document *document) {
  return document->root;
}

const struct kiln_json_value *kiln_json_member(const struct kiln_json_value *object, const char *key) {
  if (!object || object->kind != KILN_JSON_OBJECT)
    return NULL;
  for (const struct kiln_json_value *member = object->first; member; member = member->next)
    if (strcmp(member->key, key) == 0)
      return member;
  return NULL;
}

static int isInteger(const struct kiln_json_value *value) {
  return value && value->kind == KILN_JSON_NUMBER && !strpbrk(value->text, ".eE");
}

int kiln_json_i64(const struct kiln_json_value *value, int64_t *result) {
  if (!isInteger(value))
    return 0;
  errno = 0;
  *result = strtoll(value->text, NULL, 10);
  return errno == 0;
}

int kiln_json_u64(const struct kiln_json_value *value, uint64_t *result) {
  if (!isInteger(value) || value->text[0] == '-')
    return 0;
  errno = 0;
  *result = strtoull(value->text, NULL, 10);
  return errno == 0;
}

int kiln_json_double(const struct kiln_json_value *value, double *result) {
  if (!value || value->kind != KILN_JSON_NUMBER)
    return 0;
  *result = strtod(value->text, NULL);
  return 1;
}

const char *kiln_json_kind_name(const struct kiln_json_value *value) {
  static const char *const names[] = {"null", "a boolean", "a number", "a string", "an array", "an object"};
  return value ? names[value->kind] : "nothing";
}
