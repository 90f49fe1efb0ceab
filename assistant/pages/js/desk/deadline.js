// What a clock of the API says at a moment: how much is left, how much is used, and how urgent that is. Pure.

/**
 * A clock at `now` (ms of the server): {left, share, level}; level is ok, half, near, over or paused. A clock of a list
 * carries `mark`, the highest warning that has fired; one of an open case carries all its marks.
 */
export function reading(clock, now) {
  if (!clock.due_at) return { left: pausedLeft(clock), share: pausedShare(clock), level: clock.breached_at || clock.breached ? 'over' : 'paused' };
  const left = Date.parse(clock.due_at) - now;
  if (left <= 0) return { left, share: 1, level: 'over' };
  if (clock.mark !== undefined) return { left, share: clock.mark / 100, level: { 50: 'half', 80: 'near', 100: 'over' }[clock.mark] ?? 'ok' };
  const share = shareOf(clock, now);
  const level = share >= 0.8 ? 'near' : share >= 0.5 ? 'half' : 'ok';
  return { left, share, level };
}

/** Share of the limit used: straight lines between the marks, which the server set by the business calendar. */
function shareOf(clock, now) {
  const points = [[Date.parse(clock.started_at), 0]];
  for (const mark of clock.marks ?? []) if (mark.at && mark.percent < 100) points.push([Date.parse(mark.at), mark.percent / 100]);
  points.push([Date.parse(clock.due_at), 1]);
  for (let place = 1; place < points.length; place += 1) {
    const [from, low] = points[place - 1];
    const [to, high] = points[place];
    if (now < to) return Number.isFinite(from) && to > from ? low + (high - low) * Math.max(0, now - from) / (to - from) : low;
  }
  return 1;
}

function pausedLeft(clock) {
  return clock.limit?.seconds ? Math.max(0, clock.limit.seconds - (clock.elapsed_seconds ?? 0)) * 1000 : null;
}

function pausedShare(clock) {
  return clock.limit?.seconds ? Math.min(1, (clock.elapsed_seconds ?? 0) / clock.limit.seconds) : 0;
}

/** The running clock that ends first; a paused one only when nothing else runs. */
export function nearest(clocks) {
  const running = (clocks ?? []).filter((clock) => clock.running);
  return running.toSorted((one, other) => dueOf(one) - dueOf(other))[0] ?? null;
}

function dueOf(clock) { return clock.due_at ? Date.parse(clock.due_at) : Infinity; }
