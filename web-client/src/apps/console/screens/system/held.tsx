import { holdReasons, type HoldReason } from '../../../../client/jobs.ts'
import type { JobsView } from '../../../../protocol/generated.ts'
import { dateTime } from '../../../../locales/dates.ts'
import { inUnit } from '../../../../locales/formats.ts'
import { Icon } from '../../../../ui/icon.tsx'
import { Button } from '../../../../ui/kit/button.tsx'
import type { Act } from './act.ts'
import { s } from './strings.ts'
import { S } from './testids.ts'
import { duration } from './words.ts'

/** Says in plain words that work is held, why, what still works, and what to do. An admin may read it at night, in a hurry. */
export function Held({ view, act }: { readonly view: JobsView; readonly act: Act }) {
  return <>{holdReasons(view.hold).map((reason) => (reason === 'clock' ? <ClockHeld key={reason} view={view} act={act} /> : <DatabaseHeld key={reason} reason={reason} view={view} act={act} />))}</>
}

/** How much work leaves the database at once when the hold ends. */
const dueOf = ({ deliveries }: JobsView) => deliveries.reduce((sum, { due }) => sum + due, 0)

function DatabaseHeld({ reason, view, act }: { readonly reason: Exclude<HoldReason, 'clock'>; readonly view: JobsView; readonly act: Act }) {
  const url = view.hold.public_url === '' ? s('system.hold.no_address') : view.hold.public_url
  const former = view.hold.confirmed_public_url ?? ''
  const n = dueOf(view)
  const confirm = () => act.ask({
    title: s('system.hold.live_ask', { url }),
    what: `${s('system.hold.live_what', { n })} ${s('system.hold.live_copy')}`,
    action: s('system.hold.live_do'),
    isDanger: true,
    run: () => void act.send('identity', (rest) => rest.confirmIdentity(view.hold.public_url), s('system.hold.live_done')),
  })
  return (
    <div class="system-held" role="status" data-testid={S.held} data-reason={reason}>
      <h2><Icon name="alert" />{s('system.hold.title')}</h2>
      <p>{s(`system.hold.why.${reason}`, { url, former })}</p>
      <p>{s('system.hold.meanwhile')}</p>
      <ul>
        <li>{s('system.hold.if_copy')}</li>
        <li>{s('system.hold.if_live')}{reason === 'restored' && <> {s('system.hold.if_restored')}</>}</li>
      </ul>
      <div class="actions"><Button testid={S.confirmLive} isBusy={act.busy === 'identity'} onClick={confirm}>{s('system.hold.live')}</Button></div>
    </div>
  )
}

function ClockHeld({ view, act }: { readonly view: JobsView; readonly act: Act }) {
  const jump = view.hold.clock_jump_ms ?? 0
  const n = dueOf(view)
  const size = Math.abs(jump) < 1_000 ? inUnit(1, 'second', 'long') : duration(Math.abs(jump), 'long')
  const confirm = () => act.ask({
    title: s('system.hold.clock_ask', { when: dateTime(view.at) }),
    what: s('system.hold.clock_what', { n }),
    action: s('system.hold.clock_do'),
    isDanger: true,
    run: () => void act.send('clock', (rest) => rest.resumeClock(), s('system.hold.clock_done')),
  })
  return (
    <div class="system-held" role="status" data-testid={S.held} data-reason="clock">
      <h2><Icon name="clock" />{s('system.hold.clock_title')}</h2>
      <p>{s(jump < 0 ? 'system.hold.clock_back' : 'system.hold.clock_forward', { size, when: view.hold.clock_jumped_at === null ? '' : dateTime(view.hold.clock_jumped_at) })}</p>
      <p>{s('system.hold.meanwhile')}</p>
      <ul>
        <li>{s('system.hold.clock_wrong', { when: dateTime(view.at) })}</li>
        <li>{s('system.hold.clock_right')}</li>
      </ul>
      <div class="actions"><Button testid={S.confirmClock} isBusy={act.busy === 'clock'} onClick={confirm}>{s('system.hold.clock')}</Button></div>
    </div>
  )
}
