/* emo-json-parser.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>
#include <string.h>

#include "emo-error.h"
#include "emo-json-private.h"
#include "emo-text.h"

/* Blocks grow with the document, from one page to this. */
#define BLOCK_MIN ((gsize) 4 * 1024)
#define BLOCK_MAX ((gsize) 1024 * 1024)

/* Children of the containers that are still open wait on one stack; a container
 * that closes moves its own to the arena, where they lie side by side. Depth is
 * bounded, so plain recursion is safe. */
typedef struct
{
  EmoJson       *document;
  const char    *name;
  char          *text;
  gsize          position;
  gsize          length;
  guint          depth;
  guint          n_values;
  gboolean       takes_nul;
  EmoJsonMember *stack;
  gsize          n_stack;
  gsize          stack_size;
  GError       **error;
} Parser;

static gboolean parse_value (Parser       *parser,
                             EmoJsonValue *value);

G_GNUC_PRINTF (3, 4)
static gboolean
fail (Parser     *parser,
      EmoError    code,
      const char *format,
      ...)
{
  g_autofree char *what = NULL;
  va_list args;

  va_start (args, format);
  what = g_strdup_vprintf (format, args);
  va_end (args);

  g_set_error (parser->error, EMO_ERROR, (int) code,
               "%s: JSON, byte %" G_GSIZE_FORMAT ": %s",
               parser->name, parser->position, what);

  return FALSE;
}

static gboolean
fail_expected (Parser     *parser,
               const char *expected)
{
  guint8 found;

  if (parser->position >= parser->length)
    return fail (parser, EMO_ERROR_INVALID_FILE,
                 "expected %s, found the end of the text", expected);

  found = (guint8) parser->text[parser->position];
  if (g_ascii_isgraph (found))
    return fail (parser, EMO_ERROR_INVALID_FILE, "expected %s, found “%c”", expected, found);

  return fail (parser, EMO_ERROR_INVALID_FILE, "expected %s, found byte 0x%02x", expected, found);
}

static gboolean
fail_memory (Parser *parser)
{
  return fail (parser, EMO_ERROR_OUT_OF_MEMORY,
               "no memory for the document's values");
}

/* The byte at the position, NUL at the end: the text itself has none, that was
 * proved with its UTF-8. */
static inline char
peek (Parser *parser)
{
  return parser->position < parser->length ? parser->text[parser->position] : '\0';
}

static void
skip_space (Parser *parser)
{
  while (parser->position < parser->length)
    {
      char c = parser->text[parser->position];

      if (c != ' ' && c != '\n' && c != '\r' && c != '\t')
        return;

      parser->position++;
    }
}

static gpointer
allocate (Parser *parser,
          gsize   size)
{
  EmoJson *document = parser->document;
  EmoJsonBlock *block = document->blocks;
  gpointer memory;

  size = (size + 7) & ~(gsize) 7;

  if (block == NULL || block->size - block->used < size)
    {
      gsize wanted = block == NULL ? BLOCK_MIN : MIN (block->size * 2, BLOCK_MAX);

      wanted = MAX (wanted, size);
      block = g_try_malloc (sizeof *block + wanted);
      if (block == NULL)
        return NULL;

      block->size = wanted;
      block->used = 0;
      block->next = document->blocks;
      document->blocks = block;
    }

  memory = (char *) block->data + block->used;
  block->used += size;

  return memory;
}

static gboolean
push (Parser             *parser,
      const char         *key,
      const EmoJsonValue *value)
{
  if (parser->n_stack == parser->stack_size)
    {
      gsize size = parser->stack_size > 0 ? parser->stack_size * 2 : 64;
      EmoJsonMember *stack = g_try_renew (EmoJsonMember, parser->stack, size);

      if (stack == NULL)
        return fail_memory (parser);

      parser->stack = stack;
      parser->stack_size = size;
    }

  parser->stack[parser->n_stack].key = key;
  parser->stack[parser->n_stack].value = *value;
  parser->n_stack++;

  return TRUE;
}

static gboolean
parse_hex (Parser   *parser,
           gunichar *unit)
{
  *unit = 0;

  for (int i = 0; i < 4; i++)
    {
      int digit = g_ascii_xdigit_value (peek (parser));

      if (digit < 0)
        return fail_expected (parser, "four hexadecimal digits after \\u");

      *unit = *unit << 4 | (guint) digit;
      parser->position++;
    }

  return TRUE;
}

/* After \u. A pair of surrogates is one character, a lone one none. */
static gboolean
parse_unicode_escape (Parser *parser,
                      gsize  *end)
{
  gunichar c, low;

  if (!parse_hex (parser, &c))
    return FALSE;

  if (c == 0 && !parser->takes_nul)
    return fail (parser, EMO_ERROR_INVALID_FILE, "NUL in a string");
  if (c == 0)
    {
      memcpy (parser->text + *end, EMO_TEXT_NUL, strlen (EMO_TEXT_NUL));
      *end += strlen (EMO_TEXT_NUL);
      return TRUE;
    }

  if (c >= 0xdc00 && c <= 0xdfff)
    return fail (parser, EMO_ERROR_INVALID_FILE, "lone surrogate \\u%04x", c);

  if (c >= 0xd800 && c <= 0xdbff)
    {
      if (peek (parser) != '\\' || parser->text[parser->position + 1] != 'u')
        return fail (parser, EMO_ERROR_INVALID_FILE, "lone surrogate \\u%04x", c);

      parser->position += 2;
      if (!parse_hex (parser, &low))
        return FALSE;

      if (low < 0xdc00 || low > 0xdfff)
        return fail (parser, EMO_ERROR_INVALID_FILE, "lone surrogate \\u%04x", c);

      c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
    }

  /* Six bytes of text were read for three written, twelve for four. */
  *end += (gsize) g_unichar_to_utf8 (c, parser->text + *end);

  return TRUE;
}

/* At a backslash; writes the character at @end, which moves past it. */
static gboolean
parse_escape (Parser *parser,
              gsize  *end)
{
  static const char from[] = "\"\\/bfnrt";
  static const char to[] = "\"\\/\b\f\n\r\t";
  const char *found;
  char c;

  parser->position++;
  c = peek (parser);

  if (c == 'u')
    {
      parser->position++;
      return parse_unicode_escape (parser, end);
    }

  found = c != '\0' ? strchr (from, c) : NULL;
  if (found == NULL)
    return fail_expected (parser, "an escape");

  parser->text[(*end)++] = to[found - from];
  parser->position++;

  return TRUE;
}

/* At the opening quote. Unescapes in place and ends the string with a NUL, at
 * the latest over its closing quote. */
static gboolean
parse_string (Parser      *parser,
              const char **string,
              guint32     *length)
{
  gsize start = ++parser->position;
  gsize end = start;

  for (;;)
    {
      guint8 c = (guint8) peek (parser);

      if (c == '"')
        break;

      if (c < 0x20)
        return fail_expected (parser, "the end of a string");

      if (c == '\\')
        {
          if (!parse_escape (parser, &end))
            return FALSE;
        }
      else
        {
          parser->text[end++] = (char) c;
          parser->position++;
        }
    }

  if (end - start > EMO_JSON_MAX_STRING)
    return fail (parser, EMO_ERROR_LIMIT, "a string of %" G_GSIZE_FORMAT " bytes", end - start);

  parser->text[end] = '\0';
  parser->position++;
  *string = parser->text + start;
  *length = (guint32) (end - start);

  return TRUE;
}

static gboolean
skip_digits (Parser *parser)
{
  gsize start = parser->position;

  while (g_ascii_isdigit (peek (parser)))
    parser->position++;

  return parser->position > start;
}

/* Walks over -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?, and tells whether
 * neither fraction nor exponent was there. */
static gboolean
scan_number (Parser   *parser,
             gboolean *plain)
{
  *plain = TRUE;

  if (peek (parser) == '-')
    parser->position++;

  if (peek (parser) == '0')
    parser->position++;
  else if (!skip_digits (parser))
    return fail_expected (parser, "a digit");

  if (g_ascii_isdigit (peek (parser)))
    return fail (parser, EMO_ERROR_INVALID_FILE, "a number begins with a needless 0");

  if (peek (parser) == '.')
    {
      *plain = FALSE;
      parser->position++;
      if (!skip_digits (parser))
        return fail_expected (parser, "a digit after the point");
    }

  if (peek (parser) == 'e' || peek (parser) == 'E')
    {
      *plain = FALSE;
      parser->position++;
      if (peek (parser) == '+' || peek (parser) == '-')
        parser->position++;
      if (!skip_digits (parser))
        return fail_expected (parser, "a digit of the exponent");
    }

  return TRUE;
}

static gboolean
read_magnitude (const char *digits,
                const char *end,
                guint64    *magnitude)
{
  *magnitude = 0;

  for (; digits < end; digits++)
    {
      if (!g_uint64_checked_mul (magnitude, *magnitude, 10) ||
          !g_uint64_checked_add (magnitude, *magnitude, (guint64) (*digits - '0')))
        return FALSE;
    }

  return TRUE;
}

static gboolean
parse_number (Parser       *parser,
              EmoJsonValue *value)
{
  char *start = parser->text + parser->position;
  gboolean negative = *start == '-';
  gboolean plain;
  char *end, after;

  if (!scan_number (parser, &plain))
    return FALSE;

  value->type = EMO_JSON_NUMBER;
  end = parser->text + parser->position;

  if (plain && read_magnitude (start + negative, end, &value->magnitude))
    {
      value->flags = EMO_JSON_FLAG_INTEGER | (negative ? EMO_JSON_FLAG_NEGATIVE : 0);
      return TRUE;
    }

  /* The copy of the text has a byte to spare past its end. */
  after = *end;
  *end = '\0';
  value->number = g_ascii_strtod (start, NULL);
  *end = after;

  if (!isfinite (value->number))
    return fail (parser, EMO_ERROR_INVALID_FILE, "a number beyond what a double holds");

  return TRUE;
}

static gboolean
parse_word (Parser     *parser,
            const char *word)
{
  gsize length = strlen (word);

  if (parser->length - parser->position < length ||
      memcmp (parser->text + parser->position, word, length) != 0)
    return fail_expected (parser, "a value");

  parser->position += length;

  return TRUE;
}

/* After a child: TRUE at a comma, which is consumed; FALSE with @closed set at
 * the container's end, which is consumed too; else FALSE with the error. */
static gboolean
parse_separator (Parser     *parser,
                 char        close,
                 const char *expected,
                 gboolean   *closed)
{
  skip_space (parser);
  *closed = peek (parser) == close;

  if (!*closed && peek (parser) != ',')
    return fail_expected (parser, expected);

  parser->position++;
  if (*closed)
    return FALSE;

  skip_space (parser);

  return TRUE;
}

static gboolean
enter (Parser *parser)
{
  if (++parser->depth > EMO_JSON_MAX_DEPTH)
    return fail (parser, EMO_ERROR_LIMIT, "nested deeper than %d", EMO_JSON_MAX_DEPTH);

  parser->position++;
  skip_space (parser);

  return TRUE;
}

static gboolean
close_array (Parser       *parser,
             gsize         base,
             EmoJsonValue *value)
{
  gsize length = parser->n_stack - base;
  EmoJsonValue *elements = NULL;

  if (length > 0)
    {
      elements = allocate (parser, length * sizeof *elements);
      if (elements == NULL)
        return fail_memory (parser);
    }

  for (gsize i = 0; i < length; i++)
    elements[i] = parser->stack[base + i].value;

  value->type = EMO_JSON_ARRAY;
  value->length = (guint32) length;
  value->elements = elements;
  parser->n_stack = base;
  parser->depth--;

  return TRUE;
}

static gboolean
parse_array (Parser       *parser,
             EmoJsonValue *value)
{
  gsize base = parser->n_stack;
  gboolean closed = FALSE;

  if (!enter (parser))
    return FALSE;

  if (peek (parser) == ']')
    {
      parser->position++;
      return close_array (parser, base, value);
    }

  do
    {
      EmoJsonValue element = { 0 };

      if (!parse_value (parser, &element) || !push (parser, NULL, &element))
        return FALSE;
    }
  while (parse_separator (parser, ']', "“,” or “]”", &closed));

  return closed && close_array (parser, base, value);
}

static gboolean
close_object (Parser       *parser,
              gsize         base,
              EmoJsonValue *value)
{
  gsize length = parser->n_stack - base;
  gsize n_buckets = 0;
  gsize members_size = length * sizeof (EmoJsonMember);
  EmoJsonObject *object;
  guint32 duplicate;

  if (length > EMO_JSON_MAX_UNINDEXED)
    {
      n_buckets = 32;
      while (n_buckets < length * 2)
        n_buckets *= 2;
    }

  object = allocate (parser, sizeof *object + members_size + n_buckets * sizeof (guint32));
  if (object == NULL)
    return fail_memory (parser);

  object->n_buckets = (guint32) n_buckets;
  if (length > 0)
    memcpy (object->members, parser->stack + base, members_size);
  memset (object->members + length, 0, n_buckets * sizeof (guint32));

  if (!_emo_json_object_index (object, (guint32) length, &duplicate))
    return fail (parser, EMO_ERROR_INVALID_FILE, "the key “%.100s” is there twice",
                 object->members[duplicate].key);

  value->type = EMO_JSON_OBJECT;
  value->length = (guint32) length;
  value->object = object;
  parser->n_stack = base;
  parser->depth--;

  return TRUE;
}

static gboolean
parse_member (Parser *parser)
{
  EmoJsonValue value = { 0 };
  const char *key;
  guint32 length;

  if (peek (parser) != '"')
    return fail_expected (parser, "a key");

  if (!parse_string (parser, &key, &length))
    return FALSE;

  skip_space (parser);
  if (peek (parser) != ':')
    return fail_expected (parser, "“:”");

  parser->position++;
  skip_space (parser);

  return parse_value (parser, &value) && push (parser, key, &value);
}

static gboolean
parse_object (Parser       *parser,
              EmoJsonValue *value)
{
  gsize base = parser->n_stack;
  gboolean closed = FALSE;

  if (!enter (parser))
    return FALSE;

  if (peek (parser) == '}')
    {
      parser->position++;
      return close_object (parser, base, value);
    }

  do
    {
      if (!parse_member (parser))
        return FALSE;
    }
  while (parse_separator (parser, '}', "“,” or “}”", &closed));

  return closed && close_object (parser, base, value);
}

static gboolean
parse_value (Parser       *parser,
             EmoJsonValue *value)
{
  if (++parser->n_values > EMO_JSON_MAX_VALUES)
    return fail (parser, EMO_ERROR_LIMIT, "more than %d values", EMO_JSON_MAX_VALUES);

  switch (peek (parser))
    {
    case '{':
      return parse_object (parser, value);

    case '[':
      return parse_array (parser, value);

    case '"':
      value->type = EMO_JSON_STRING;
      return parse_string (parser, &value->string, &value->length);

    case 't':
      value->type = EMO_JSON_BOOL;
      value->flags = EMO_JSON_FLAG_TRUE;
      return parse_word (parser, "true");

    case 'f':
      value->type = EMO_JSON_BOOL;
      return parse_word (parser, "false");

    case 'n':
      value->type = EMO_JSON_NULL;
      return parse_word (parser, "null");

    case '-':
    case '0' ... '9':
      return parse_number (parser, value);

    default:
      return fail_expected (parser, "a value");
    }
}

/* g_utf8_validate_len refuses overlong forms, surrogates, what lies past
 * U+10FFFF, and NUL, so the parser meets none of them. */
static gboolean
check_encoding (Parser *parser)
{
  const char *end;

  if (parser->length >= 3 && memcmp (parser->text, "\xef\xbb\xbf", 3) == 0)
    return fail (parser, EMO_ERROR_INVALID_FILE, "begins with a byte order mark");

  if (g_utf8_validate_len (parser->text, parser->length, &end))
    return TRUE;

  parser->position = (gsize) (end - parser->text);
  if (*end == '\0')
    return fail (parser, EMO_ERROR_INVALID_FILE, "NUL in the text");

  return fail (parser, EMO_ERROR_INVALID_FILE, "not UTF-8");
}

/* Parses @self's text of @length bytes into its root. */
gboolean
_emo_json_parse_text (EmoJson     *self,
                      gsize        length,
                      const char  *name,
                      gboolean     takes_nul,
                      GError     **error)
{
  Parser parser = {
    .document = self,
    .name = name,
    .text = self->text,
    .length = length,
    .takes_nul = takes_nul,
    .error = error,
  };
  gboolean ok;

  ok = check_encoding (&parser);
  if (ok)
    {
      skip_space (&parser);
      ok = parse_value (&parser, &self->root);
    }

  if (ok)
    {
      skip_space (&parser);
      if (parser.position < parser.length)
        ok = fail_expected (&parser, "the end of the text");
    }

  g_free (parser.stack);

  return ok;
}
