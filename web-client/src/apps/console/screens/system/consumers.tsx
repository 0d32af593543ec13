import { lagMs } from '../../../../client/jobs.ts'
import type { ConsumerView, FailedEvent, HeldTimer, JobsView, TimerKindView } from '../../../../protocol/generated.ts'
import { dateTime } from '../../../../locales/dates.ts'
import { number } from '../../../../locales/index.ts'
import { Button } from '../../../../ui/kit/button.tsx'
import { Table, type Column } from '../../../../ui/kit/table.tsx'
import { Tag } from '../../../../ui/kit/tag.tsx'
import type { ScreenProps } from '../screen.ts'
import type { Act } from './act.ts'
import { Alarming, Part, TicketLink } from './part.tsx'
import { s } from './strings.ts'
import { S } from './testids.ts'
import { counted, jobName, lagWords } from './words.ts'

interface PartProps extends Pick<ScreenProps, 'context'> {
  readonly view: JobsView
  readonly act: Act
}

export function Consumers({ context, view, act }: PartProps) {
  return (
    <Part title={s('system.jobs.consumers')} hint={s('system.jobs.consumers_hint')} none={view.consumers.length === 0 ? s('system.jobs.no_consumers') : null}>
      <Table label={s('system.jobs.consumers')} columns={consumerColumns(view, act)} rows={view.consumers} keyOf={({ name }) => name} testid={S.consumers} rowTestid={S.consumer} />
      {view.failed_events.length > 0 && <FailedEvents context={context} view={view} act={act} />}
    </Part>
  )
}

const consumerColumns = ({ at }: JobsView, act: Act): readonly Column<ConsumerView>[] => [
  { title: s('system.jobs.name'), isHeading: true, cell: ({ name }) => jobName(name) },
  { title: s('system.jobs.state'), cell: (one) => <ConsumerState one={one} /> },
  { title: s('system.jobs.waiting'), isNumber: true, cell: ({ waiting }) => counted(waiting) },
  { title: s('system.jobs.lag'), isNumber: true, cell: ({ oldest_at }) => lagWords(lagMs(at, oldest_at)) },
  { title: s('system.jobs.handled'), isNumber: true, cell: ({ handled }) => number(handled) },
  { title: s('system.jobs.action'), cell: (one) => <Pause one={one} act={act} /> },
]

function Pause({ one: { name, paused_at }, act }: { readonly one: ConsumerView; readonly act: Act }) {
  const [key, shown, isPaused] = [`consumer/${name}`, jobName(name), paused_at !== null]
  const pause = () => void act.send(key, (rest) => rest.pauseConsumer(name, !isPaused), s(isPaused ? 'system.jobs.resumed' : 'system.jobs.paused', { name: shown }))
  return <Button isBusy={act.busy === key} label={s(isPaused ? 'system.jobs.resume_of' : 'system.jobs.pause_of', { name: shown })} testid={S.pause} onClick={pause}>{s(isPaused ? 'system.jobs.resume' : 'system.jobs.pause')}</Button>
}

function ConsumerState({ one }: { readonly one: ConsumerView }) {
  return (
    <span class="system-tags">
      {one.paused_at !== null ? <Tag tone="warn">{s('system.jobs.is_paused')}</Tag> : <Tag tone="good">{s('system.jobs.is_running')}</Tag>}
      {one.failed > 0 && <Tag tone="bad">{s('system.jobs.failed', { n: one.failed })}</Tag>}
    </span>
  )
}

function FailedEvents({ context, view, act }: PartProps) {
  const skip = (event: FailedEvent, key: string) => act.ask({
    title: s('system.jobs.skip_event_ask', { seq: event.seq, name: jobName(event.consumer) }),
    what: s('system.jobs.skip_event_what'),
    action: s('system.jobs.skip_do'),
    isDanger: true,
    run: () => void act.send(key, (rest) => rest.decideEvent(event, 'skip'), s('system.jobs.skipped')),
  })
  return (
    <>
      <h3>{s('system.jobs.failed_events')}</h3>
      <ul class="system-failed" aria-label={s('system.jobs.failed_events')}>
        {view.failed_events.map((event) => {
          const key = `event/${event.consumer}/${event.ticket_id}`
          return (
            <li key={key} data-testid={S.failedEvent} data-consumer={event.consumer} data-seq={event.seq} data-held={event.held_at !== null}>
              <div>
                <span class="system-tags"><strong>{jobName(event.consumer)}</strong><TicketLink context={context} id={event.ticket_id} number={event.ticket_number} />{event.held_at !== null ? <Tag tone="bad">{s('system.jobs.waits_for_you')}</Tag> : <Tag>{s('system.jobs.tried_again')}</Tag>}</span>
                <p class="system-error" dir="auto">{event.error}</p>
                <p class="muted">{event.attempts === 0 ? s('system.jobs.locked', { when: dateTime(event.failed_at) }) : s('system.jobs.attempts', { n: event.attempts, when: dateTime(event.failed_at) })}</p>
              </div>
              <div class="actions">
                <Button isBusy={act.busy === key} testid={S.retry} onClick={() => void act.send(key, (rest) => rest.decideEvent(event, 'retry'), s('system.jobs.retried'))}>{s('system.jobs.retry')}</Button>
                <Button kind="quiet" testid={S.skip} onClick={() => skip(event, key)}>{s('system.jobs.skip')}</Button>
              </div>
            </li>
          )
        })}
      </ul>
    </>
  )
}

export function Timers({ context, view, act }: PartProps) {
  return (
    <Part title={s('system.jobs.timers')} hint={s('system.jobs.timers_hint')} none={view.timers.length === 0 ? s('system.jobs.no_timers') : null}>
      <Table label={s('system.jobs.timers')} columns={timerColumns(view)} rows={view.timers} keyOf={({ kind }) => kind} testid={S.timers} />
      {view.held_timers.length > 0 && <HeldTimers context={context} view={view} act={act} />}
    </Part>
  )
}

const timerColumns = ({ at }: JobsView): readonly Column<TimerKindView>[] => [
  { title: s('system.jobs.name'), isHeading: true, cell: ({ kind }) => jobName(kind) },
  { title: s('system.jobs.due'), isNumber: true, cell: ({ due }) => counted(due) },
  { title: s('system.jobs.lag'), isNumber: true, cell: ({ oldest_at }) => lagWords(lagMs(at, oldest_at)) },
  { title: s('system.jobs.held'), isNumber: true, cell: ({ held }) => <Alarming n={held} /> },
]

function HeldTimers({ context, view, act }: PartProps) {
  const skip = (timer: HeldTimer, key: string) => act.ask({
    title: s('system.jobs.skip_timer_ask', { name: jobName(timer.kind) }),
    what: s('system.jobs.skip_timer_what'),
    action: s('system.jobs.skip_do'),
    isDanger: true,
    run: () => void act.send(key, (rest) => rest.decideTimer(timer.id, 'skip'), s('system.jobs.skipped')),
  })
  return (
    <>
      <h3>{s('system.jobs.held_timers')}</h3>
      <ul class="system-failed" aria-label={s('system.jobs.held_timers')}>
        {view.held_timers.map((timer) => {
          const key = `timer/${timer.id}`
          return (
            <li key={key} data-testid={S.heldTimer} data-timer={timer.id}>
              <div>
                <span class="system-tags"><strong>{jobName(timer.kind)}</strong><TicketLink context={context} id={timer.ticket_id} number={timer.ticket_number} /></span>
                <p class="system-error" dir="auto">{timer.error}</p>
                <p class="muted">{s('system.jobs.was_due', { when: dateTime(timer.due_at) })} {s('system.jobs.attempts', { n: timer.attempts, when: dateTime(timer.held_at) })}</p>
              </div>
              <div class="actions">
                <Button isBusy={act.busy === key} testid={S.retry} onClick={() => void act.send(key, (rest) => rest.decideTimer(timer.id, 'retry'), s('system.jobs.retried'))}>{s('system.jobs.retry')}</Button>
                <Button kind="quiet" testid={S.skip} onClick={() => skip(timer, key)}>{s('system.jobs.skip')}</Button>
              </div>
            </li>
          )
        })}
      </ul>
    </>
  )
}
