// What Redis does in one step, as scripts: number, keep and publish; read; join and leave; claim and settle.
// Keys: a history is a stream with ids `0-NUMBER`; what went to a topic is logged in a stream by time, for processes that
// lost their subscription meanwhile.

import { script } from './engine-redis-link.ts';

const publish = `
local function publish(log, envelope, text, keep, life)
  local id = redis.call('XADD', log, 'MAXLEN', '~', keep, '*', 'e', envelope, 'x', text)
  redis.call('XTRIM', log, 'MINID', '~', string.format('%.0f', math.max(0, tonumber(string.match(id, '^%d+')) - life)))
  redis.call('PEXPIRE', log, life)
  redis.call('PUBLISH', log, id .. '\\n' .. envelope .. '\\n' .. text)
  return id
end
`;

const settle = `
local function settle(key, answer, waiters)
  redis.call('HSET', key, 'a', answer)
  redis.call('HDEL', key, 'h')
  if redis.call('HEXISTS', key, 'w') == 1 then redis.call('PUBLISH', waiters, key) end
end
`;

/** KEYS: history, log or '', claim or ''. ARGV: before, after, whether the number is between them, timestamp, keep, token,
 * envelope, log's length, log's life, holder, answer, channel of waiters, whether it may have been done before.
 * Returns [number, id in the log]; nothing where the claim is not held. */
export const appendScript = script(`${publish}${settle}
if ARGV[13] == '1' then
  for _, entry in ipairs(redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 2000)) do
    if entry[2][8] == ARGV[6] then return {string.sub(entry[1], 3), ''} end
  end
end
if KEYS[3] ~= '' and redis.call('HGET', KEYS[3], 'h') ~= ARGV[10] then return false end
local id = redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[5], '0-*', 't', ARGV[4], 'b', ARGV[1], 'a', ARGV[2], 'k', ARGV[6], 'n', ARGV[3])
local number = string.sub(id, 3)
if KEYS[3] ~= '' then settle(KEYS[3], ARGV[11], ARGV[12]) end
if KEYS[2] == '' then return {number, ''} end
local text = ARGV[1]
if ARGV[3] == '1' then text = ARGV[1] .. number .. ARGV[2] end
return {number, publish(KEYS[2], ARGV[7], text, ARGV[8], ARGV[9])}
`);

/** KEYS: log. ARGV: envelope, text, log's length, log's life. Returns the id in the log. */
export const publishScript = script(`${publish}
return publish(KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4])
`);

/** KEYS: history. ARGV: after (-1: by time), since, keep.
 * Returns [head, oldest, its timestamp, [number, timestamp, before, after, whether the number is between them]...]. */
export const historyScript = script(`
local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
if not last then return {'0'} end
local head = tonumber(string.sub(last[1], 3))
local lowest = math.max(1, head - tonumber(ARGV[3]) + 1)
local function id(number) return '0-' .. string.format('%.0f', number) end
local oldest = redis.call('XRANGE', KEYS[1], id(lowest), '+', 'COUNT', 1)[1]
local answer = {string.format('%.0f', head), string.sub(oldest[1], 3), oldest[2][2]}
local from = math.max(lowest, tonumber(ARGV[1]) + 1)
if from > head then return answer end
local since = tonumber(ARGV[2])
for _, entry in ipairs(redis.call('XRANGE', KEYS[1], id(from), '+')) do
  local field = entry[2]
  if tonumber(field[2]) >= since then
    answer[#answer + 1] = {string.sub(entry[1], 3), field[2], field[4], field[6], field[10]}
  end
end
return answer
`);

/** KEYS: history, value, presence set's connections or ''. */
export const dropScript = script(`
if KEYS[3] ~= '' and redis.call('EXISTS', KEYS[3]) == 1 then return 0 end
return redis.call('DEL', KEYS[1], KEYS[2])
`);

// A presence set is four hashes: \`:c\` process and user of each connection, \`:u\` place and member of each user, \`:n\` how many
// connections each user has, \`:m\` when it was made and the next place.
const leave = `
local function leave(set, connection, pair, prefix)
  local entry = redis.call('HGET', set .. ':c', connection)
  if not entry then return {false, 0, redis.call('EXISTS', set .. ':c') == 0 and 1 or 0} end
  local process, user = string.match(entry, '^([^\\n]*)\\n(.*)$')
  redis.call('HDEL', set .. ':c', connection)
  redis.call('SREM', prefix .. 'connections:' .. process, pair)
  local member = string.match(redis.call('HGET', set .. ':u', user), '\\n(.*)$')
  local last = redis.call('HINCRBY', set .. ':n', user, -1) <= 0
  if last then
    redis.call('HDEL', set .. ':n', user)
    redis.call('HDEL', set .. ':u', user)
  end
  local empty = redis.call('EXISTS', set .. ':c') == 0
  if empty then redis.call('DEL', set .. ':m', set .. ':u', set .. ':n') end
  return {member, last and 1 or 0, empty and 1 or 0}
end
`;

/** KEYS: set, the process's connections. ARGV: connection, user, member, now, process, pair of set and connection.
 * Returns [first, joined, member]. */
export const joinScript = script(`
local set, connection, user = KEYS[1], ARGV[1], ARGV[2]
local function member() return string.match(redis.call('HGET', set .. ':u', user), '\\n(.*)$') end
if redis.call('HEXISTS', set .. ':c', connection) == 1 then return {0, 0, member()} end
redis.call('HSET', set .. ':c', connection, ARGV[5] .. '\\n' .. user)
redis.call('SADD', KEYS[2], ARGV[6])
redis.call('HSETNX', set .. ':m', 'made', ARGV[4])
if redis.call('HINCRBY', set .. ':n', user, 1) > 1 then return {0, 1, member()} end
local place = redis.call('HINCRBY', set .. ':m', 'place', 1)
redis.call('HSET', set .. ':u', user, place .. '\\n' .. ARGV[3])
return {1, 1, ARGV[3]}
`);

/** KEYS: set. ARGV: connection, pair of set and connection, prefix. Returns [member or nothing, last, empty]. */
export const leaveScript = script(`${leave}
return leave(KEYS[1], ARGV[1], ARGV[2], ARGV[3])
`);

/** KEYS: set. Returns [made or nothing, [place and member]...]. */
export const membersScript = script(`
return {redis.call('HGET', KEYS[1] .. ':m', 'made'), redis.call('HVALS', KEYS[1] .. ':u')}
`);

/** KEYS: leases, mark of a process that was taken for gone. ARGV: process, end of its lease.
 * Returns [whether it had one, whether it was taken for gone]. */
export const renewScript = script(`
local had = redis.call('ZSCORE', KEYS[1], ARGV[1])
redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
return {had and 1 or 0, redis.call('DEL', KEYS[2])}
`);

/** KEYS: leases. ARGV: now, prefix, how long it is remembered who was taken for gone. Takes one process whose lease has ended
 * out of everything. Returns [process, [set, connection, member, last, empty]...]; nothing where there is none. */
export const reapScript = script(`${leave}
local process = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', 0, 1)[1]
if not process then return false end
redis.call('ZREM', KEYS[1], process)
redis.call('SET', ARGV[2] .. 'gone:' .. process, '1', 'PX', ARGV[3])
local answer = {process}
local own = ARGV[2] .. 'connections:' .. process
for _, pair in ipairs(redis.call('SMEMBERS', own)) do
  local set, connection = string.match(pair, '^(.*)\\n([^\\n]*)$')
  local left = leave(ARGV[2] .. 'set:' .. set, connection, pair, ARGV[2])
  if left[1] then answer[#answer + 1] = {set, connection, left[1], left[2], left[3]} end
end
redis.call('DEL', own)
return answer
`);

/** KEYS: claim, leases. ARGV: fingerprint, holder, now, window.
 * Returns ['taken'], ['held'] where a living process holds it, or ['settled', fingerprint, answer]. */
export const claimScript = script(`
local known = redis.call('HMGET', KEYS[1], 'f', 'a', 'h', 'u')
local now = tonumber(ARGV[3])
if known[1] and tonumber(known[4]) > now then
  if known[2] then return {'settled', known[1], known[2]} end
  local lease = redis.call('ZSCORE', KEYS[2], string.match(known[3], '^[^:]*'))
  if lease and tonumber(lease) > now then
    redis.call('HSET', KEYS[1], 'w', '1')
    return {'held'}
  end
end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'f', ARGV[1], 'h', ARGV[2], 'u', now + tonumber(ARGV[4]))
redis.call('PEXPIRE', KEYS[1], ARGV[4] + 60000)
return {'taken'}
`);

/** KEYS: claim. ARGV: holder, answer, channel of waiters. */
export const settleScript = script(`${settle}
if redis.call('HGET', KEYS[1], 'h') ~= ARGV[1] then return 0 end
settle(KEYS[1], ARGV[2], ARGV[3])
return 1
`);

/** KEYS: claim. ARGV: holder, channel of waiters. */
export const releaseScript = script(`
if redis.call('HGET', KEYS[1], 'h') ~= ARGV[1] then return 0 end
local waited = redis.call('HEXISTS', KEYS[1], 'w') == 1
redis.call('DEL', KEYS[1])
if waited then redis.call('PUBLISH', ARGV[2], KEYS[1]) end
return 1
`);
