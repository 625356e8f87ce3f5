/* emo-webp.c: WebP by libwebp
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <string.h>

#include <webp/decode.h>
#include <webp/demux.h>

#include "emo-exif-private.h"
#include "emo-raster-private.h"

/* One frame and where it lies on its canvas. */
typedef struct
{
  WebPData bits;
  int      x, y;
  int      width, height;
} Frame;

static gboolean
set_status (VP8StatusCode   status,
            GError        **error)
{
  EmoError code = EMO_ERROR_INVALID_FILE;

  if (status == VP8_STATUS_OK)
    return TRUE;

  if (status == VP8_STATUS_OUT_OF_MEMORY)
    code = EMO_ERROR_OUT_OF_MEMORY;
  else if (status == VP8_STATUS_NOT_ENOUGH_DATA)
    code = EMO_ERROR_TRUNCATED;
  else if (status == VP8_STATUS_UNSUPPORTED_FEATURE)
    code = EMO_ERROR_UNSUPPORTED;

  g_set_error (error, EMO_ERROR, code, "the WebP cannot be decoded (libwebp status %d)", status);

  return FALSE;
}

/* The orientation in the EXIF chunk, else in the XMP chunk. */
static int
read_orientation (const WebPDemuxer *demuxer)
{
  WebPChunkIterator chunk = { 0 };
  int orientation = 0;

  if (WebPDemuxGetChunk (demuxer, "EXIF", 1, &chunk))
    orientation = _emo_exif_get_orientation (chunk.chunk.bytes, chunk.chunk.size);
  WebPDemuxReleaseChunkIterator (&chunk);

  if (orientation == 0 && WebPDemuxGetChunk (demuxer, "XMP ", 1, &chunk))
    {
      orientation = _emo_xmp_get_orientation (chunk.chunk.bytes, chunk.chunk.size);
      WebPDemuxReleaseChunkIterator (&chunk);
    }

  return orientation;
}

static gboolean
decode_into (const Frame         *frame,
             WEBP_CSP_MODE        mode,
             guint8              *out,
             gsize                stride,
             GError             **error)
{
  WebPDecoderConfig config;

  if (!WebPInitDecoderConfig (&config))
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_UNSUPPORTED, "libwebp is of another version");
      return FALSE;
    }

  config.output.colorspace = mode;
  config.output.is_external_memory = 1;
  config.output.u.RGBA.rgba = out;
  config.output.u.RGBA.stride = stride;
  config.output.u.RGBA.size = stride * frame->height;

  return set_status (WebPDecode (frame->bits.bytes, frame->bits.size, &config), error);
}

/* A frame with alpha is decoded beside the canvas and laid over white. */
static gboolean
decode_over_white (const Frame  *frame,
                   EmoRaster    *raster,
                   GError      **error)
{
  gsize stride = (gsize) frame->width * 4;
  g_autofree guint8 *rgba = g_try_malloc0_n (frame->height, stride);

  if (rgba == NULL)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_OUT_OF_MEMORY,
                   "no memory for %d x %d pixels with alpha", frame->width, frame->height);
      return FALSE;
    }

  if (!decode_into (frame, MODE_RGBA, rgba, stride, error))
    return FALSE;

  memset (raster->pixels, 255, (gsize) raster->width * raster->height * 3);
  for (int y = 0; y < frame->height; y++)
    {
      const guint8 *in = rgba + y * stride;
      guint8 *out = raster->pixels + ((gsize) (frame->y + y) * raster->width + frame->x) * 3;

      for (int x = 0; x < frame->width; x++)
        for (int c = 0; c < 3; c++)
          out[x * 3 + c] = _emo_raster_over_white (in[x * 4 + c], in[x * 4 + 3]);
    }

  return TRUE;
}

static gboolean
decode_first (const WebPDemuxer  *demuxer,
              EmoRaster          *raster,
              GError            **error)
{
  gboolean has_alpha = (WebPDemuxGetI (demuxer, WEBP_FF_FORMAT_FLAGS) & ALPHA_FLAG) != 0;
  WebPIterator iterator = { 0 };
  gboolean done = FALSE;
  Frame frame;

  if (!WebPDemuxGetFrame (demuxer, 1, &iterator))
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE, "the WebP holds no picture");
      return FALSE;
    }

  frame = (Frame) { iterator.fragment, iterator.x_offset, iterator.y_offset, iterator.width, iterator.height };
  if (frame.x < 0 || frame.y < 0 ||
      frame.width > raster->width - frame.x || frame.height > raster->height - frame.y)
    g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE, "a frame of the WebP leaves its canvas");
  else if (has_alpha)
    done = decode_over_white (&frame, raster, error);
  else
    done = decode_into (&frame, MODE_RGB,
                        raster->pixels + ((gsize) frame.y * raster->width + frame.x) * 3,
                        (gsize) raster->width * 3, error);
  WebPDemuxReleaseIterator (&iterator);

  return done;
}

/*
 * _emo_webp_decode:
 * Lossy and lossless WebP; of an animation the first frame.
 */
gboolean
_emo_webp_decode (const guint8  *bytes,
                  gsize          length,
                  gboolean       allow_cut,
                  EmoRaster     *raster,
                  GError       **error)
{
  WebPData data = { bytes, length };
  WebPDemuxState state;
  WebPDemuxer *demuxer = WebPDemuxPartial (&data, &state);
  gboolean done = FALSE;

  if (demuxer == NULL || state == WEBP_DEMUX_PARSE_ERROR)
    g_set_error (error, EMO_ERROR,
                 state == WEBP_DEMUX_PARSING_HEADER ? EMO_ERROR_TRUNCATED : EMO_ERROR_INVALID_FILE,
                 "the WebP's chunks are damaged or cut short");
  else if (state != WEBP_DEMUX_DONE)
    g_set_error (error, EMO_ERROR, EMO_ERROR_TRUNCATED, "the WebP is cut short");
  else
    done = _emo_raster_allocate (raster,
                                 WebPDemuxGetI (demuxer, WEBP_FF_CANVAS_WIDTH),
                                 WebPDemuxGetI (demuxer, WEBP_FF_CANVAS_HEIGHT), error) &&
           decode_first (demuxer, raster, error);

  if (done)
    {
      raster->orientation = read_orientation (demuxer);
      if (WebPDemuxGetI (demuxer, WEBP_FF_FRAME_COUNT) > 1)
        raster->marks |= EMO_IMAGE_MARK_ANIMATED;
    }
  WebPDemuxDelete (demuxer);

  return done;
}
