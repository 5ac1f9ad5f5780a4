#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "core/data_lump.h"
#include "core/dprint.h"
#include "core/mem/mem.h"
#include "core/parser/msg_parser.h"
#include "core/parser/parse_body.h"
#include "core/parser/parse_content.h"
#include "module/shim.h"

/** Where the message ends: by its Content-Length, where it has one. */
static const char* end_of_body(struct sip_msg* msg, const char* body) {
  const char* end = msg->buf + msg->len;
  if (msg->content_length != NULL && get_content_length(msg) >= 0 && get_content_length(msg) < end - body)
    return body + get_content_length(msg);
  return end;
}

struct osrtp_slice osrtp_find_sdp(struct sip_msg* msg) {
  struct osrtp_slice sdp = {NULL, 0};
  const char* body;
  const char* part;
  const char* end;
  int size = 0;

  if (parse_headers(msg, HDR_EOH_F, 0) < 0) return sdp;
  body = get_body(msg);
  if (body == NULL || msg->content_type == NULL) return sdp;
  end = end_of_body(msg, body);
  if (body >= end) return sdp;
  part = get_body_part(msg, TYPE_APPLICATION, SUBTYPE_SDP, &size);
  if (part == NULL || size <= 0 || part >= end) return sdp;
  sdp.data = part;
  sdp.size = (size_t)(part + size > end ? end - part : size);
  return sdp;
}

static void empty_added(struct lump* lump) {
  for (; lump != NULL; lump = lump->after != NULL ? lump->after : lump->before) lump->len = 0;
}

/** Takes back what was to happen to these octets. Lumps are emptied and not freed: some are copies
 * whose text others own, some are in shared memory. */
static void undo(struct sip_msg* msg, int offset, int size) {
  struct lump* lump;
  for (lump = msg->body_lumps; lump != NULL; lump = lump->next) {
    if (lump->op != LUMP_DEL && lump->op != LUMP_NOP) continue;
    if (lump->u.offset < offset || lump->u.offset >= offset + size) continue;
    lump->op = LUMP_NOP;
    lump->len = 0;
    empty_added(lump->before);
    empty_added(lump->after);
  }
}

/** Replaces octets of the message's buffer when it is sent. */
static int replace(struct sip_msg* msg, const char* from, const char* to, struct osrtp_slice text) {
  const int offset = (int)(from - msg->buf);
  char* copy = NULL;
  struct lump* lump;

  if (text.size > 0) {
    copy = pkg_malloc(text.size);
    if (copy == NULL) {
      PKG_MEM_ERROR;
      return -1;
    }
    memcpy(copy, text.data, text.size);
  }
  undo(msg, offset, (int)(to - from));
  lump = del_lump(msg, offset, (int)(to - from), 0);
  if (lump == NULL || (copy != NULL && insert_new_lump_after(lump, copy, (int)text.size, 0) == NULL)) {
    LM_ERR("cannot change the body\n");
    if (lump != NULL) lump->op = LUMP_NOP;
    if (copy != NULL) pkg_free(copy);
    return -1;
  }
  return 0;
}

/** The number in a body part's own Content-Length (RFC 2045 section 9 allows any such field). */
static struct osrtp_slice part_length(const char* body, const char* part) {
  static const char kName[] = "Content-Length";
  struct osrtp_slice none = {NULL, 0};
  struct osrtp_slice number;
  const char* next = part;
  const char* line;

  for (; next > body; next = line) {
    line = next - 1;
    while (line > body && line[-1] != '\n') line--;
    if (line[0] == '-' && line[1] == '-') return none;
    if ((size_t)(next - line) <= sizeof kName || strncasecmp(line, kName, sizeof kName - 1) != 0) continue;
    number.data = line + sizeof kName - 1;
    while (number.data < next && (*number.data == ' ' || *number.data == '\t' || *number.data == ':')) number.data++;
    for (number.size = 0; isdigit((unsigned char)number.data[number.size]); number.size++) continue;
    return number.size > 0 ? number : none;
  }
  return none;
}

static int replace_part_length(struct sip_msg* msg, const char* body, struct osrtp_slice sdp, size_t size) {
  char digits[24];
  struct osrtp_slice text = {digits, 0};
  const struct osrtp_slice number = part_length(body, sdp.data);

  if (number.data == NULL) return 0;
  text.size = (size_t)snprintf(digits, sizeof digits, "%zu", size);
  return replace(msg, number.data, number.data + number.size, text);
}

int osrtp_replace_sdp(struct sip_msg* msg, struct osrtp_slice sdp, struct osrtp_slice text) {
  const char* body = get_body(msg);
  const char* end = end_of_body(msg, body);
  const char* end_of_buffer = msg->buf + msg->len;
  const struct osrtp_slice nothing = {NULL, 0};

  /* Octets behind the body would be counted in the new Content-Length. */
  if (sdp.data + sdp.size == end) return replace(msg, sdp.data, end_of_buffer, text);
  if (replace_part_length(msg, body, sdp, text.size) < 0) return -1;
  if (end < end_of_buffer && replace(msg, end, end_of_buffer, nothing) < 0) return -1;
  return replace(msg, sdp.data, sdp.data + sdp.size, text);
}
