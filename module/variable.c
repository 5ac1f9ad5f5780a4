#include "core/pvar.h"
#include "module/shim.h"

int osrtp_variable_name(pv_spec_t* spec, str* name) {
  const struct osrtp_slice text = {name->s, (size_t)name->len};
  const int number = osrtp_last_named(text);
  if (number < 0) {
    LM_ERR("$osrtp(%.*s): no such name\n", name->len, name->s);
    return -1;
  }
  spec->pvp.pvn.type = PV_NAME_INTSTR;
  spec->pvp.pvn.u.isname.type = 0;
  spec->pvp.pvn.u.isname.name.n = number;
  return 0;
}

int osrtp_variable_value(struct sip_msg* msg, pv_param_t* param, pv_value_t* value) {
  struct osrtp_slice fact;
  str text;

  if (!osrtp_is_remembered(msg)) return pv_get_null(msg, param, value);
  fact = osrtp_last((int)param->pvn.u.isname.name.n);
  if (fact.data == NULL) return pv_get_null(msg, param, value);
  text.s = (char*)fact.data;
  text.len = (int)fact.size;
  return pv_get_strval(msg, param, value, &text);
}
