/* SPDX-License-Identifier: MIT */
/*
 * sqlite_sql.h - the tables and every statement of the SQLite store, by name.
 *
 * Numbers of states are those of cg_store_code_state; the live ones (not terminal)
 * are 0 ISSUED, 1 NEED_SIGNUP, 2 NEED_PASSWORD and 8 SETUP_EMAIL. 3 is CONSUMED, 4
 * CANCELLED, 5 EXPIRED, 7 INVALIDATED. 64-bit ids are stored as signed. See login.md 8.4.
 */
#ifndef CG_SQLITE_SQL_H
#define CG_SQLITE_SQL_H

#define SQL_LIVE "state IN (0, 1, 2, 8)"

/* Raise SQL_VERSION with every change of the tables. */
#define SQL_VERSION "6"
#define SQL_APPLICATION "1128747597" /* "CGRM", told by file(1) and by our own check */

/* All of it in one transaction, in two texts: C promises no longer ones. */
#define SQL_SCHEMA                                                                       \
  "BEGIN IMMEDIATE;"                                                                     \
  "CREATE TABLE auth_key(id INTEGER PRIMARY KEY, aux_hash INTEGER NOT NULL,"             \
  " key BLOB NOT NULL, dc INTEGER NOT NULL, created INTEGER NOT NULL,"                   \
  " layer INTEGER NOT NULL, api_id INTEGER NOT NULL, device TEXT NOT NULL,"              \
  " system TEXT NOT NULL, app TEXT NOT NULL, lang TEXT NOT NULL,"                        \
  " lang_pack TEXT NOT NULL, used INTEGER NOT NULL) STRICT;"                             \
  "CREATE INDEX auth_key_unused ON auth_key(created) WHERE used = 0;"                    \
  "CREATE TABLE user(id INTEGER PRIMARY KEY, phone TEXT UNIQUE,"                         \
  " access_hash INTEGER NOT NULL, created INTEGER NOT NULL, first_name TEXT NOT NULL,"   \
  " last_name TEXT NOT NULL, state INTEGER NOT NULL, dc INTEGER NOT NULL) STRICT;"       \
  "CREATE TABLE auth(key_id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL,"              \
  " hash INTEGER NOT NULL, created INTEGER NOT NULL, active INTEGER NOT NULL,"           \
  " ip TEXT NOT NULL, flags INTEGER NOT NULL) STRICT;"                                   \
  "CREATE INDEX auth_user ON auth(user_id, created);"                                    \
  "CREATE TRIGGER auth_uses_key AFTER INSERT ON auth BEGIN"                              \
  " UPDATE auth_key SET used = 1 WHERE id = new.key_id; END;"                            \
  "CREATE VIEW session AS SELECT auth.key_id, auth.user_id, auth.hash, auth.created,"    \
  " auth.active, auth.ip, auth.flags, coalesce(k.layer, 0) AS layer,"                    \
  " coalesce(k.api_id, 0) AS api_id, coalesce(k.device, '') AS device,"                  \
  " coalesce(k.system, '') AS system, coalesce(k.app, '') AS app,"                       \
  " coalesce(k.lang, '') AS lang, coalesce(k.lang_pack, '') AS lang_pack"                \
  " FROM auth LEFT JOIN auth_key AS k ON k.id = auth.key_id;"                            \
  "CREATE TABLE auth_ttl(user_id INTEGER PRIMARY KEY, days INTEGER NOT NULL) STRICT;"    \
  "CREATE TABLE box(user_id INTEGER PRIMARY KEY, pts INTEGER NOT NULL,"                  \
  " last_id INTEGER NOT NULL) STRICT;"                                                   \
  "CREATE TABLE message(user_id INTEGER NOT NULL, id INTEGER NOT NULL,"                  \
  " pts INTEGER NOT NULL, peer_id INTEGER NOT NULL, out INTEGER NOT NULL,"               \
  " date INTEGER NOT NULL, random_id INTEGER NOT NULL, bold INTEGER NOT NULL,"           \
  " text BLOB NOT NULL, PRIMARY KEY(user_id, id)) STRICT, WITHOUT ROWID;"                \
  "CREATE INDEX message_pts ON message(user_id, pts);"                                   \
  "CREATE INDEX message_chat ON message(user_id, peer_id, id, out);"                     \
  "CREATE UNIQUE INDEX message_random ON message(user_id, random_id)"                    \
  " WHERE random_id <> 0;"                                                               \
  "CREATE TABLE chat(user_id INTEGER NOT NULL, peer_id INTEGER NOT NULL,"                \
  " read_id INTEGER NOT NULL, read_pts INTEGER NOT NULL,"                                \
  " PRIMARY KEY(user_id, peer_id)) STRICT, WITHOUT ROWID;"

/* The rest of it: one string of it all would be longer than C promises. */
#define SQL_SCHEMA_LOGIN                                                                 \
  "CREATE TABLE code(seq INTEGER PRIMARY KEY, hash TEXT NOT NULL UNIQUE,"                \
  " key_id INTEGER NOT NULL, purpose INTEGER NOT NULL, phone TEXT NOT NULL,"             \
  " user_id INTEGER NOT NULL, mac BLOB NOT NULL, sealed BLOB,"                           \
  " secret_version INTEGER NOT NULL, length INTEGER NOT NULL, ladder TEXT NOT NULL,"     \
  " rung INTEGER NOT NULL, attempts INTEGER NOT NULL, max_attempts INTEGER NOT NULL,"    \
  " resends INTEGER NOT NULL, state INTEGER NOT NULL, sent_at INTEGER NOT NULL,"         \
  " resend_at INTEGER NOT NULL, expires_at INTEGER NOT NULL,"                            \
  " changed_at INTEGER NOT NULL, api_id INTEGER NOT NULL, ip TEXT NOT NULL,"             \
  " won_user_id INTEGER NOT NULL, hint TEXT NOT NULL, email TEXT NOT NULL) STRICT;"      \
  "CREATE UNIQUE INDEX code_live ON code(key_id, phone, purpose) WHERE " SQL_LIVE ";"    \
  "CREATE INDEX code_phone ON code(phone, sent_at);"                                     \
  "CREATE INDEX code_sent ON code(sent_at);"                                             \
  "CREATE TABLE password(user_id INTEGER PRIMARY KEY, revision INTEGER NOT NULL,"        \
  " version INTEGER NOT NULL, changed_at INTEGER NOT NULL, reset_at INTEGER NOT NULL,"   \
  " retry_at INTEGER NOT NULL, is_set INTEGER NOT NULL, v BLOB NOT NULL,"                \
  " salt1 BLOB NOT NULL, salt2 BLOB NOT NULL, hint TEXT NOT NULL, email TEXT NOT NULL,"  \
  " next_is_set INTEGER NOT NULL, next_v BLOB NOT NULL, next_salt1 BLOB NOT NULL,"       \
  " next_salt2 BLOB NOT NULL, next_hint TEXT NOT NULL, next_email TEXT NOT NULL)"        \
  " STRICT;"                                                                             \
  "CREATE TABLE email(user_id INTEGER PRIMARY KEY, login_email TEXT NOT NULL,"           \
  " setup_due INTEGER NOT NULL, reset_at INTEGER NOT NULL) STRICT;"                      \
  "CREATE TABLE token(hash BLOB PRIMARY KEY, kind INTEGER NOT NULL,"                     \
  " user_id INTEGER NOT NULL, key_id INTEGER NOT NULL, dc INTEGER NOT NULL,"             \
  " state INTEGER NOT NULL, expires INTEGER NOT NULL, extra BLOB NOT NULL)"              \
  " STRICT, WITHOUT ROWID;"                                                              \
  "CREATE INDEX token_user ON token(user_id, kind);"                                     \
  "CREATE INDEX token_key ON token(key_id, kind);"                                       \
  "CREATE INDEX token_expires ON token(expires);"                                        \
  "CREATE TABLE counter(name TEXT PRIMARY KEY, ends INTEGER NOT NULL,"                   \
  " n INTEGER NOT NULL) STRICT, WITHOUT ROWID;"                                          \
  "CREATE TABLE meta(name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;"                \
  "CREATE TABLE missing(method TEXT PRIMARY KEY, id INTEGER NOT NULL,"                   \
  " n INTEGER NOT NULL) STRICT, WITHOUT ROWID;"                                          \
  "PRAGMA application_id = " SQL_APPLICATION ";"                                         \
  "PRAGMA user_version = " SQL_VERSION ";"                                               \
  "COMMIT"

#define SQL_KEY_COLS                                                                     \
  "id, aux_hash, key, dc, created, layer, api_id, device, system, app, lang, lang_pack"
#define SQL_USER_COLS                                                                    \
  "id, coalesce(phone, ''), access_hash, created, first_name, last_name, state, dc"
#define SQL_AUTH_COLS "key_id, user_id, hash, created, active, ip, flags"
#define SQL_MESSAGE_COLS                                                                 \
  "user_id, id, pts, peer_id, out, date, random_id, bold, text"
/* Each chat of user ?1 that has messages, with how far it is read. */
#define SQL_CHATS                                                                        \
  "SELECT m.peer_id, max(m.id), count(*),"                                               \
  " sum(m.out = 0 AND m.id > coalesce(c.read_id, 0)), coalesce(c.read_id, 0),"           \
  " coalesce(c.read_pts, 0) FROM message AS m LEFT JOIN chat AS c"                       \
  " ON c.user_id = m.user_id AND c.peer_id = m.peer_id WHERE m.user_id = ?1"

/* The columns of a code but for state and sealed, which some readers change. */
#define SQL_CODE_HEAD                                                                    \
  "hash, key_id, purpose, phone, user_id, mac, secret_version, length, ladder, rung,"    \
  " attempts, max_attempts, resends, sent_at, resend_at, expires_at, changed_at,"        \
  " api_id, ip, won_user_id, hint, email"
#define SQL_CODE_COLS SQL_CODE_HEAD ", state, sealed"
#define SQL_PASSWORD_COLS                                                                \
  "user_id, revision, version, changed_at, reset_at, retry_at, is_set, v, salt1, salt2," \
  " hint, email, next_is_set, next_v, next_salt1, next_salt2, next_hint, next_email"

#define SQL_EMAIL_COLS "user_id, login_email, setup_due, reset_at"
#define SQL_TOKEN_COLS "hash, kind, user_id, key_id, dc, state, expires, extra"

#define SQL_STATEMENTS(X)                                                                \
  X(BEGIN, "BEGIN IMMEDIATE")                                                            \
  X(COMMIT, "COMMIT")                                                                    \
  X(ROLLBACK, "ROLLBACK")                                                                \
  X(SAVE, "SAVEPOINT request")                                                           \
  X(KEEP, "RELEASE request")                                                             \
  X(UNDO, "ROLLBACK TO request")                                                         \
  X(KEY_PUT, "INSERT INTO auth_key(" SQL_KEY_COLS ", used)"                              \
             " VALUES(?, ?, ?, ?, ?, ?6, ?, ?, ?, ?, ?, ?, ?6 <> 0)")                    \
  X(KEY_GET, "SELECT " SQL_KEY_COLS " FROM auth_key WHERE id = ?")                       \
  X(KEY_INIT, "UPDATE auth_key SET layer = ?, api_id = ?, device = ?, system = ?,"       \
              " app = ?, lang = ?, lang_pack = ?, used = 1 WHERE id = ? RETURNING id")             \
  X(KEY_DELETE, "DELETE FROM auth_key WHERE id = ?")                                     \
  X(KEY_AUTH_DELETE, "DELETE FROM auth WHERE key_id = ?")                                \
  X(KEY_CODE_DELETE, "DELETE FROM code WHERE key_id = ? AND " SQL_LIVE)                  \
  X(KEY_TOKEN_DELETE, "DELETE FROM token WHERE key_id = ?")                              \
  X(USER_GET, "SELECT " SQL_USER_COLS " FROM user WHERE id = ?")                         \
  X(USER_FIND, "SELECT " SQL_USER_COLS " FROM user WHERE phone = ?")                     \
  X(USER_ADD, "INSERT INTO user(id, phone, access_hash, created, first_name,"            \
              " last_name, state, dc) VALUES(?, nullif(?, ''), ?, ?, ?, ?, ?, ?)")       \
  X(USER_STATE, "UPDATE user SET state = ?2 WHERE id = ?1 RETURNING " SQL_USER_COLS)     \
  X(USER_LIST, "SELECT " SQL_USER_COLS " FROM user ORDER BY id LIMIT ?")                 \
  X(AUTH_GET, "SELECT * FROM session WHERE key_id = ?")                                  \
  X(AUTH_PUT, "REPLACE INTO auth(" SQL_AUTH_COLS ") VALUES(?1, ?2, ?3, ?4, ?5, ?6,"      \
              " ?7 | ((?7 & 8) = 0 AND EXISTS (SELECT 1 FROM auth WHERE user_id = ?2"    \
              " AND key_id <> ?1))) RETURNING flags")                                    \
  X(AUTH_DELETE, "DELETE FROM auth WHERE key_id = ? RETURNING key_id")                   \
  X(AUTH_ALL, "SELECT * FROM session WHERE user_id <> 0 ORDER BY created DESC, key_id")  \
  X(AUTH_USER, "SELECT * FROM session WHERE user_id = ?"                                 \
               " ORDER BY created DESC, key_id")                                         \
  X(AUTH_END, "UPDATE auth SET user_id = 0, flags = 0 WHERE user_id = ?1"                \
              " AND key_id <> ?2 AND (?3 = 0 OR hash = ?3) RETURNING " SQL_AUTH_COLS)    \
  X(AUTH_SET, "UPDATE auth SET flags = (flags & ~?4) | (?5 & ?4) WHERE user_id = ?1"     \
              " AND (hash = ?2 OR (?2 = 0 AND key_id = ?3)) RETURNING key_id")           \
  X(AUTH_TOUCH, "UPDATE auth SET active = max(active, ?2), ip = ?3 WHERE key_id = ?1"    \
                " AND user_id <> 0")                                                     \
  X(AUTH_TTL_GET, "SELECT days FROM auth_ttl WHERE user_id = ?")                         \
  X(AUTH_TTL_SET, "REPLACE INTO auth_ttl(user_id, days) VALUES(?, ?)")                   \
  X(AUTH_EXPIRE, "DELETE FROM auth WHERE user_id <> 0 AND active <= ?1 - 86400 *"        \
                 " coalesce((SELECT days FROM auth_ttl AS t"                             \
                 " WHERE t.user_id = auth.user_id), ?2) RETURNING " SQL_AUTH_COLS)       \
  X(BOX_PTS, "SELECT pts FROM box WHERE user_id = ?")                                    \
  X(BOX_MOVE, "INSERT INTO box(user_id, pts, last_id) VALUES(?1, 2, ?2)"                 \
              " ON CONFLICT(user_id) DO UPDATE SET pts = pts + 1,"                       \
              " last_id = last_id + ?2 RETURNING pts, last_id")                          \
  X(BOX_CHATS, SQL_CHATS " GROUP BY m.peer_id ORDER BY max(m.id) DESC")                  \
  X(BOX_CHAT, SQL_CHATS " AND m.peer_id = ?2 GROUP BY m.peer_id")                        \
  X(MESSAGE_ADD, "INSERT INTO message(" SQL_MESSAGE_COLS ")"                             \
                 " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)")                                   \
  X(MESSAGE_SINCE, "SELECT " SQL_MESSAGE_COLS " FROM message WHERE user_id = ?"          \
                   " AND pts > ? ORDER BY pts LIMIT ?")                                  \
  X(MESSAGE_NEWER, "SELECT count(*) FROM message WHERE user_id = ?1 AND peer_id = ?2"    \
                   " AND ?3 > 0 AND id >= ?3")                                           \
  X(MESSAGE_LIST, "SELECT " SQL_MESSAGE_COLS " FROM message WHERE user_id = ?"           \
                  " AND peer_id = ? ORDER BY id DESC LIMIT ? OFFSET ?")                  \
  X(MESSAGE_UNREAD, "SELECT max(id) FROM message WHERE user_id = ?1 AND peer_id = ?2"    \
                    " AND out = 0 AND id <= ?3 AND id > coalesce((SELECT read_id FROM"   \
                    " chat WHERE user_id = ?1 AND peer_id = ?2), 0)")                    \
  X(CHAT_READ, "REPLACE INTO chat(user_id, peer_id, read_id, read_pts)"                  \
               " VALUES(?, ?, ?, ?)")                                                    \
  X(CODE_END, "UPDATE code SET state = 5, sealed = NULL, changed_at = ?4"                \
              " WHERE key_id = ?1 AND " SQL_LIVE                                         \
              " AND (expires_at <= ?4"                                                   \
              " OR (phone = ?2 AND purpose = ?3 AND state <> 0))")                       \
  X(CODE_CAP, "UPDATE code SET state = 4, sealed = NULL, changed_at = ?2"                \
              " WHERE seq IN (SELECT seq FROM code WHERE key_id = ?1 AND " SQL_LIVE      \
              " AND hash <> ?3 ORDER BY sent_at DESC, seq DESC LIMIT -1 OFFSET ?4)")     \
  X(CODE_ADD, "INSERT INTO code(" SQL_CODE_COLS ") VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?,"    \
              " ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")                           \
  X(CODE_GET, "SELECT " SQL_CODE_COLS " FROM code WHERE hash = ?")                       \
  X(CODE_LIVE, "SELECT " SQL_CODE_COLS " FROM code WHERE key_id = ? AND phone = ?"       \
               " AND purpose = ? AND " SQL_LIVE " AND expires_at > ?")                   \
  X(CODE_ATTEMPT, "UPDATE code SET attempts = attempts + 1 WHERE hash = ?"               \
                  " AND state IN (0, 1, 2) AND attempts < max_attempts"                  \
                  " AND expires_at > ? RETURNING " SQL_CODE_COLS)                        \
  X(CODE_MOVE, "UPDATE code SET state = ?3, changed_at = ?4,"                            \
               " expires_at = iif(?5 = 0, expires_at, ?5),"                              \
               " sealed = iif(?3 = 0 OR ?3 = state, sealed, NULL)"                       \
               " WHERE hash = ?1 AND ((1 << state) & ?2) AND expires_at > ?4"            \
               " RETURNING " SQL_CODE_COLS)                                              \
  X(CODE_RESEND, "UPDATE code SET state = 0, rung = ?3, mac = ?4, sealed = ?5,"          \
                 " secret_version = ?6, length = ?7, sent_at = ?8,"                      \
                 " resend_at = ?9, expires_at = ?10, hint = ?13, email = ?14,"           \
                 " resends = resends + 1 WHERE hash = ?1 AND ((1 << state) & ?12)"       \
                 " AND rung = ?2 AND expires_at > ?11 RETURNING " SQL_CODE_COLS)         \
  X(CODE_LOGIN, "UPDATE code SET state = 3, changed_at = ?3, won_user_id = ?4,"          \
                " sealed = NULL WHERE hash = ?1 AND ((1 << state) & ?2)"                 \
                " AND expires_at > ?3 RETURNING " SQL_CODE_COLS)                         \
  X(CODE_LIST, "SELECT " SQL_CODE_HEAD ", iif(" SQL_LIVE " AND expires_at <= ?3, 5,"     \
               " state), iif(expires_at <= ?3, NULL, sealed) FROM code"                  \
               " WHERE phone = ?1 ORDER BY sent_at DESC, seq DESC LIMIT ?2")             \
  X(CODE_ALL, "SELECT " SQL_CODE_HEAD ", iif(" SQL_LIVE " AND expires_at <= ?2, 5,"      \
              " state), iif(expires_at <= ?2, NULL, sealed) FROM code"                   \
              " ORDER BY sent_at DESC, seq DESC LIMIT ?1")                               \
  X(CODE_COUNTS, "SELECT iif(" SQL_LIVE " AND expires_at <= ?1, 5, state), count(*)"     \
                 " FROM code WHERE state <> 0 OR expires_at <= ?1 OR sealed NOT NULL"    \
                 " GROUP BY 1")                                                          \
  X(COUNTS, "SELECT (SELECT count(*) FROM auth_key), (SELECT count(*) FROM user),"       \
            " (SELECT count(*) FROM auth WHERE user_id <> 0),"                           \
            " (SELECT coalesce(sum(n), 0) FROM missing)")                                \
  X(CODE_PENDING, "SELECT " SQL_CODE_COLS " FROM code WHERE key_id = ? AND purpose = 0"  \
                  " AND " SQL_LIVE " AND state = 2 AND expires_at > ?"                   \
                  " ORDER BY changed_at DESC, seq DESC LIMIT 1")                         \
  X(CODE_UNPEND, "UPDATE code SET state = 5, sealed = NULL, changed_at = ?2"             \
                 " WHERE key_id = ?1 AND " SQL_LIVE " AND state = 2")                    \
  X(PASSWORD_GET, "SELECT " SQL_PASSWORD_COLS " FROM password WHERE user_id = ?")        \
  X(PASSWORD_PUT, "REPLACE INTO password(" SQL_PASSWORD_COLS ")"                         \
                  " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"        \
                  " RETURNING " SQL_PASSWORD_COLS)                                       \
  X(PASSWORD_CODES, "UPDATE code SET state = 7, sealed = NULL, changed_at = ?2"          \
                    " WHERE user_id = ?1 AND purpose = 4 AND " SQL_LIVE)                 \
  X(PASSWORD_TOKENS, "DELETE FROM token WHERE user_id = ? AND kind = 0")                 \
  X(TOKEN_PUT, "INSERT INTO token(" SQL_TOKEN_COLS ") VALUES(?, ?, ?, ?, ?, ?, ?, ?)")   \
  X(TOKEN_GET, "SELECT " SQL_TOKEN_COLS " FROM token WHERE hash = ?1 AND kind = ?2"      \
               " AND expires > ?3")                                                      \
  X(TOKEN_FIND, "SELECT " SQL_TOKEN_COLS " FROM token WHERE key_id = ?1 AND kind = ?2"   \
                " AND expires > ?3 ORDER BY expires DESC, hash LIMIT 1")                 \
  X(TOKEN_MOVE, "UPDATE token SET state = ?5, user_id = iif(?6 = 0, user_id, ?6)"        \
                " WHERE hash = ?1 AND kind = ?2 AND expires > ?3"                        \
                " AND ((1 << state) & ?4) RETURNING " SQL_TOKEN_COLS)                    \
  X(TOKEN_TAKE, "DELETE FROM token WHERE hash = ?1 AND kind = ?2 AND expires > ?3"       \
                " AND (?4 = 0 OR ((1 << state) & ?4)) RETURNING " SQL_TOKEN_COLS)        \
  X(TOKEN_DROP, "DELETE FROM token WHERE kind = ?1 AND (?2 = 0 OR user_id = ?2)"         \
                " AND (?3 = 0 OR key_id = ?3) RETURNING kind")                           \
  X(EMAIL_GET, "SELECT " SQL_EMAIL_COLS " FROM email WHERE user_id = ?")                 \
  X(EMAIL_PUT, "REPLACE INTO email(" SQL_EMAIL_COLS ") VALUES(?, ?, ?, ?)")              \
  X(EMAIL_RESET, "UPDATE email SET reset_at = ?2 WHERE user_id = ?1 AND reset_at = 0"    \
                 " AND login_email <> '' RETURNING " SQL_EMAIL_COLS)                     \
  X(EMAIL_USED, "UPDATE email SET reset_at = 0 WHERE user_id = ?")                       \
  X(COUNTER_HIT, "INSERT INTO counter(name, ends, n) VALUES(?1, ?2 + ?3, 1)"             \
                 " ON CONFLICT(name) DO UPDATE SET n = iif(ends <= ?2, 1, n + 1),"       \
                 " ends = iif(ends <= ?2, excluded.ends, ends) RETURNING n, ends")       \
  X(COUNTER_GET, "SELECT n, ends FROM counter WHERE name = ? AND ends > ?")              \
  X(COUNTER_CLEAR, "DELETE FROM counter WHERE name = ?")                                 \
  X(META_GET, "SELECT value FROM meta WHERE name = ?")                                   \
  X(META_PUT, "REPLACE INTO meta(name, value) VALUES(?, ?)")                             \
  X(MISSING_HIT, "INSERT INTO missing(method, id, n) VALUES(?, ?, 1)"                    \
                 " ON CONFLICT(method) DO UPDATE SET n = n + 1, id = excluded.id")       \
  X(MISSING_LIST, "SELECT method, id, n FROM missing ORDER BY n DESC, method")           \
  X(PURGE_EXPIRE, "UPDATE code SET state = 5, sealed = NULL, changed_at = expires_at"    \
                  " WHERE " SQL_LIVE " AND expires_at <= ?")                             \
  X(PURGE_CODES, "DELETE FROM code WHERE NOT (" SQL_LIVE ") AND changed_at < ? - 86400") \
  X(PURGE_COUNTERS, "DELETE FROM counter WHERE ends <= ?")                               \
  X(PURGE_TOKENS, "DELETE FROM token WHERE expires <= ? - 3600")                         \
  X(PURGE_KEYS, "DELETE FROM auth_key WHERE used = 0 AND created < ? RETURNING id")      \
  X(RESET_USERS, "DELETE FROM user")                                                     \
  X(RESET_EMAILS, "DELETE FROM email")                                                   \
  X(RESET_AUTHS, "DELETE FROM auth")                                                     \
  X(RESET_TTLS, "DELETE FROM auth_ttl")                                                  \
  X(RESET_BOXES, "DELETE FROM box")                                                      \
  X(RESET_MESSAGES, "DELETE FROM message")                                               \
  X(RESET_CHATS, "DELETE FROM chat")                                                     \
  X(RESET_PASSWORDS, "DELETE FROM password")                                             \
  X(RESET_CODES, "DELETE FROM code")                                                     \
  X(RESET_TOKENS, "DELETE FROM token")                                                   \
  X(RESET_COUNTERS, "DELETE FROM counter")                                               \
  X(RESET_MISSING, "DELETE FROM missing")

typedef enum {
#define X(name, text) SQL_##name,
  SQL_STATEMENTS(X)
#undef X
  SQL_COUNT
} cg_sql_id;

#endif
