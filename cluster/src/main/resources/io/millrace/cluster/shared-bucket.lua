-- A limit that several JVMs share: a token bucket in a hash, and its pause. Times are in microseconds by the server's clock.
-- If that is set back, the limit's time goes on from where it was: then it is ahead of the clock by the shift.
--
-- KEYS: the hash. ARGV: what to do, with how much (permits, or microseconds), the limit's form, its permits a microsecond, its burst.
-- Answers with the form that is kept, and unless that is another one: how often it was paused, for how long it is paused, when the last
-- permit that was reserved comes, and the number of that reservation. If the hash is none of a limit, it is left as it is, and the answer
-- is 'foreign' and the field that says so.
local key, action, amount, form = KEYS[1], ARGV[1], tonumber(ARGV[2]), ARGV[3]
local pace, burst = tonumber(ARGV[4]), tonumber(ARGV[5])
local SET_BACK, IN_USE, LONGEST = 1e6, 60e6, 36500 * 86400e6

local function whole(number)
  return string.format('%.0f', number)
end

local seconds = redis.call('TIME')
local clock = seconds[1] * 1e6 + seconds[2]

local FIELDS = { 'form', 'tokens', 'refilled', 'latest', 'shift', 'pausedUntil', 'pauses', 'reservations' }
local kept = redis.call('HMGET', key, unpack(FIELDS))
local tokens, refilled, latest, shift, pausedUntil, pauses, reservations
if kept[1] then
  for i = 2, #FIELDS do
    kept[i] = tonumber(kept[i])
    if not kept[i] then
      return { 'foreign', FIELDS[i] }
    end
  end
  tokens, refilled, latest, shift, pausedUntil, pauses, reservations = unpack(kept, 2)
elseif redis.call('EXISTS', key) == 1 then
  return { 'foreign', FIELDS[1] }
else
  -- Whoever opens a new limit has its burst. One that the server has lost begins without.
  tokens, refilled, latest, shift = action == 'open' and burst or 0, clock, clock, 0
  pausedUntil, reservations = clock, 0
  pauses = clock -- so that no pause has the number of one that the server has lost
end

if latest - (clock + shift) > SET_BACK then
  shift = latest - clock
end
local now = math.max(latest, clock + shift)

if kept[1] and kept[1] ~= form then -- of another limit: ours takes its place if nobody uses that any more
  if now - latest < IN_USE or now < pausedUntil then
    return { kept[1] }
  end
  tokens, refilled, pausedUntil = burst, now, now
end

local function refill()
  if now > refilled then -- it is later than now during a pause
    tokens = math.min(burst, tokens + (now - refilled) * pace)
    refilled = now
  end
end

local isPaused, wait = now < pausedUntil, 0
if action == 'reserve' and not isPaused then
  refill()
  tokens = tokens - amount
  wait = tokens < 0 and math.min(LONGEST, math.ceil(-tokens / pace)) or 0
  reservations = reservations + 1
elseif action == 'giveBack' and not isPaused then
  refill()
  tokens = math.min(burst, tokens + amount)
elseif action == 'debit' and not isPaused then -- as much of it as is there
  refill()
  tokens = math.max(math.min(tokens, 0), tokens - amount)
elseif action == 'pause' and now + amount > pausedUntil then
  -- After it one may start, and the others follow at the pace: what was reserved before counts no more.
  pausedUntil, pauses = now + amount, pauses + 1
  tokens, refilled = 1, pausedUntil
end

if action ~= 'look' then
  redis.call('HSET', key, 'form', form, 'tokens', string.format('%.17g', tokens), 'refilled', whole(refilled), 'latest', whole(now),
    'shift', whole(shift), 'pausedUntil', whole(pausedUntil), 'pauses', whole(pauses), 'reservations', whole(reservations))
end
return { form, whole(pauses), whole(math.max(0, pausedUntil - now)), whole(wait), whole(reservations) }
