// The supervisor's board: what is open, late and escalated, who has what, the last day, and the figures. Read again
// shortly after anything happens and at least twice a minute.

import { alerts } from './alerts.js';
import './bar.js';
import { boardParts } from './board-view.js';
import './clock-view.js';
import { notices } from './notices.js';
import './plot.js';
import { refusalText } from './refusals.js';
import { server } from './server.js';
import { settings } from './settings.js';
import { staff } from './staff.js';
import { ticker } from './ticker.js';
import { t } from './words.js';

const SOON_MS = 800;
const AT_LEAST_MS = 30000;
const MOVES = /^(opened|queued|offered|offer_|claimed|waited|paused|resumed|transferred|released|resolved|reopened|closed|severity_raised|deadline_|escalated|acknowledged|escalation_|rated|inspection_)/;
let waiting = null;
let [board, numbers] = [null, null];

async function read() {
  clearTimeout(waiting);
  waiting = null;
  try {
    [board, numbers] = await Promise.all([server.call('/board'), server.call('/board/numbers')]);
    staff.stream.start(staff.stream.lastId === null ? board.last_event_id : null);
    draw();
  } catch (error) {
    if (error.status !== 401) notices.wrong(refusalText(error));
  }
}

function soon() { waiting ??= setTimeout(read, SOON_MS); }

function draw() { if (board) boardParts({ board, numbers, acknowledge }); }

async function acknowledge(escalation) {
  const path = escalation.case ? `/cases/${encodeURIComponent(escalation.case.id)}/acknowledge` : `/inspections/${escalation.inspection_id}/acknowledge`;
  try {
    await server.post(path, escalation.case ? { ladder: escalation.ladder } : {});
    notices.done(t('done.acknowledge'));
  } catch (error) { notices.wrong(refusalText(error)); }
  await read();
}

function take(event) {
  if (MOVES.test(event.kind) || event.kind === 'reset') soon();
  if (event.kind === 'escalated' && event.case) {
    notices.alarm(`escalation ${event.case_id}`, t('alert.escalation', { rung: event.payload.rung, reason: event.case.reason_name }), () => { location.href = `/desk#${encodeURIComponent(event.case_id)}`; });
    alerts.call('breach');
  }
}

await staff.start('board', 'title.board');
staff.stream.addEventListener('event', (event) => take(event.detail));
staff.addEventListener('back', read);
settings.addEventListener('locale', draw);
ticker.addEventListener('woke', read);
setInterval(read, AT_LEAST_MS);
document.getElementById('print').addEventListener('click', () => print());
await read();
