#include <stdio.h>
#include <string.h>

#include "core/dprint.h"
#include "core/sr_module.h"
#include "lib/srdb1/db.h"
#include "module/shim.h"

/** Nodes from a table, through the database module that `db_url` names. A connection lasts for one reading: it would
 * belong to one process, and the table is read when Kamailio starts and when somebody says so. */

#define MOST_ROWS 256
enum column { SET, SOCKET, WEIGHT, DISABLED, COLUMNS };

static str url = {NULL, 0};
static str table = str_init("osrtp");
static db_func_t db;
static int bound = 0;

void osrtp_table_is(const char* db_url, const char* name) {
  url.s = (char*)db_url;
  url.len = (int)strlen(db_url);
  table.s = (char*)name;
  table.len = (int)strlen(name);
}

int osrtp_has_table(void) { return url.len > 0; }

static int refuse(struct osrtp_error* error, const char* why, const char* what) {
  snprintf(error->text, sizeof error->text, "%s%s", why, what);
  return -1;
}

static int can_be_queried(void) {
  return db.init != NULL && db.close != NULL && db.use_table != NULL && db.query != NULL && db.free_result != NULL;
}

/** Finds the module: "sqlite:///..." is db_sqlite's. What libsrdb1 has for it would have to be linked to. */
static int bind_module(struct osrtp_error* error) {
  char module[64];
  db_bind_api_f bind_api;
  const int size = (int)strcspn(url.s, ":");

  if (bound) return 0;
  snprintf(module, sizeof module, "db_%.*s", size, url.s);
  bind_api = (db_bind_api_f)(void (*)(void))find_mod_export(module, "db_bind_api", 0, 0);
  if (bind_api == NULL) return refuse(error, "db_url needs a module that is not loaded before osrtp: ", module);
  if (bind_api(&db) < 0 || !can_be_queried()) return refuse(error, "cannot be queried: ", module);
  bound = 1;
  return 0;
}

/** @return 0, or -1: it is no number */
static int number(const db_val_t* value, int* result) {
  if (VAL_NULL(value)) return -1;
  switch (VAL_TYPE(value)) {
    case DB1_INT:
      *result = VAL_INT(value);
      return 0;
    case DB1_UINT:
      *result = (int)VAL_UINT(value);
      return 0;
    case DB1_BIGINT:
      *result = (int)VAL_BIGINT(value);
      return 0;
    case DB1_UBIGINT:
      *result = (int)VAL_UBIGINT(value);
      return 0;
    default:
      return -1;
  }
}

static struct osrtp_slice text(const db_val_t* value) {
  struct osrtp_slice slice = {NULL, 0};
  if (VAL_NULL(value)) return slice;
  if (VAL_TYPE(value) == DB1_STR || VAL_TYPE(value) == DB1_BLOB) {
    slice.data = VAL_STR(value).s;
    slice.size = (size_t)VAL_STR(value).len;
  } else if (VAL_TYPE(value) == DB1_STRING) {
    slice.data = VAL_STRING(value);
    slice.size = strlen(slice.data);
  }
  return slice;
}

/** What a database has read need not be terminated. */
static int refuse_row(struct osrtp_error* error, struct osrtp_slice address) {
  const int most = (int)sizeof error->text;

  snprintf(error->text, sizeof error->text, "setid, weight and disabled are numbers, which they are not for %.*s",
           address.size < (size_t)most ? (int)address.size : most, address.data);
  return -1;
}

static int read_row(const db_row_t* row, struct osrtp_node* node, struct osrtp_error* error) {
  const db_val_t* values = ROW_VALUES(row);

  node->address = text(&values[SOCKET]);
  if (node->address.data == NULL) return refuse(error, "a row of the table has no socket", "");
  if (number(&values[SET], &node->set) < 0 || number(&values[WEIGHT], &node->weight) < 0 ||
      number(&values[DISABLED], &node->disabled) < 0)
    return refuse_row(error, node->address);
  return 0;
}

/** All that is read points into `rows`, and so is handed on while these are there. */
static int load(const db1_res_t* rows, struct osrtp_change* change, struct osrtp_error* error) {
  static struct osrtp_node nodes[MOST_ROWS];
  int i;

  if (RES_ROW_N(rows) > MOST_ROWS) return refuse(error, "the table has more than 256 rows", "");
  for (i = 0; i < RES_ROW_N(rows); ++i) {
    if (read_row(&RES_ROWS(rows)[i], &nodes[i], error) < 0) return -1;
  }
  return osrtp_load_nodes(nodes, (size_t)RES_ROW_N(rows), change, error);
}

static int query(db1_con_t* connection, struct osrtp_change* change, struct osrtp_error* error) {
  static str names[COLUMNS] = {str_init("setid"), str_init("socket"), str_init("weight"), str_init("disabled")};
  db_key_t columns[COLUMNS] = {&names[SET], &names[SOCKET], &names[WEIGHT], &names[DISABLED]};
  db1_res_t* rows = NULL;
  int code;

  if (db.use_table(connection, &table) < 0) return refuse(error, "cannot use table ", table.s);
  if (db.query(connection, NULL, NULL, NULL, columns, 0, COLUMNS, NULL, &rows) < 0 || rows == NULL)
    return refuse(error, "cannot read setid, socket, weight and disabled of table ", table.s);
  code = load(rows, change, error);
  db.free_result(connection, rows);
  return code;
}

int osrtp_read_nodes(struct osrtp_change* change, struct osrtp_error* error) {
  db1_con_t* connection;
  int code;

  if (!osrtp_has_table()) return osrtp_load_nodes(NULL, 0, change, error);
  if (bind_module(error) < 0) return -1;
  connection = db.init(&url);
  /* Its text may have a password in it. */
  if (connection == NULL) return refuse(error, "cannot connect to the database of db_url", "");
  code = query(connection, change, error);
  db.close(connection);
  return code;
}
