/* SPDX-License-Identifier: MIT */
/*
 * json.h - libcentigram_json: the C interface of TDLib's JSON library, under its own
 * names, so that a binding that loads those finds them here. It logs in and out as TDLib
 * does; {"@type":"centigram.call"} makes every other call of the API. What is understood
 * and what is answered: docs/json.md.
 *
 *   int id = td_create_client_id();
 *   td_send(id, "{\"@type\":\"getAuthorizationState\"}");
 *   for (;;) {
 *     const char *event = td_receive(10.0);
 *     if (event) ...
 *   }
 *
 * A request is a JSON object of at most 1 MiB with "@type"; its answer has the same
 * "@extra" and the "@client_id" of its client. td_send() may be called from any thread,
 * td_receive() by one thread at a time. The first client starts one thread, which serves
 * all of them. Whoever does not receive is not served any more: of 16,384 requests whose
 * answers were not received, further ones are dropped. The library stays loaded after
 * dlclose() and must not be used in a child after fork().
 */
#ifndef CENTIGRAM_JSON_H
#define CENTIGRAM_JSON_H

#if defined(__GNUC__)
#define CG_TD_API __attribute__((visibility("default")))
#else
#define CG_TD_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* The number of a new client, from 1 up. It begins to live with its first request. */
CG_TD_API int td_create_client_id(void);

/* Hands a request to a client. */
CG_TD_API void td_send(int client_id, const char *request);

/* The next answer or update of any client, after at most `timeout` seconds; NULL if there
 * is none. The text lives until this thread calls td_receive() or td_execute() again. */
CG_TD_API const char *td_receive(double timeout);

/* Answers one of the few requests that need no client, at once and from any thread. */
CG_TD_API const char *td_execute(const char *request);

/* Called for every line of the log up to a verbosity: 1 errors, 2 warnings, 3
 * information, 4 details; from any thread, and it may call nothing of this library. */
typedef void (*td_log_message_callback_ptr)(int verbosity_level, const char *message);

/* Replaces the callback; NULL removes it. It is not called after this returns. */
CG_TD_API void td_set_log_message_callback(int max_verbosity_level,
                                           td_log_message_callback_ptr callback);

/* --- the older interface: one queue for each client ------------------------ */

CG_TD_API void *td_json_client_create(void);
CG_TD_API void td_json_client_send(void *client, const char *request);
/* As td_receive(), for one client; its texts have no "@client_id". */
CG_TD_API const char *td_json_client_receive(void *client, double timeout);
/* As td_execute(); `client` may be NULL. */
CG_TD_API const char *td_json_client_execute(void *client, const char *request);
/* Closes it; what it has to say is not heard any more. */
CG_TD_API void td_json_client_destroy(void *client);

#ifdef __cplusplus
}
#endif
#endif
