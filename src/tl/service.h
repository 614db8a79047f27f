/* SPDX-License-Identifier: MIT */
/*
 * service.h - the schema of MTProto's own messages (schema/mtproto.tl). Include
 * "mtproto_api.h", which has its structs: mt_resPQ, mt_rpc_result, ... They are used
 * as those of <centigram/api.h>, with MT_ for TL_. A field of type Object is cg_bytes
 * that are not looked at: the body of a message or result belongs to another schema.
 */
#ifndef CG_TL_SERVICE_H
#define CG_TL_SERVICE_H

#include <centigram/tl.h>

#define MT_INIT(name) .o = { MT_ID_##name, MT_IX_##name }
#define MT_ON(name, ptr, flag) ((void)((ptr)->has |= mt_##name##_has_##flag))
#define MT_SET(name, ptr, field, value) \
  ((void)((ptr)->has |= mt_##name##_has_##field, (ptr)->field = (value)))
#define MT_HAS(name, ptr, field) (((ptr)->has & mt_##name##_has_##field) != 0)
#define MT_AS(name, obj) ((const mt_##name *)cg_tl_as((const void *)(obj), MT_ID_##name))

/* Goes with every function that takes a schema. */
const cg_tl_schema *cg_tl_service(void);

#endif
