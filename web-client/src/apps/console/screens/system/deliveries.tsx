import { useEffect, useMemo, useState } from 'preact/hooks'
import { createDeadList, lagMs, type JobsRest } from '../../../../client/jobs.ts'
import type { DeadDelivery, DeliveryKindView, JobsView } from '../../../../protocol/generated.ts'
import { dateTime } from '../../../../locales/dates.ts'
import { ProblemLine } from '../../../../ui/feedback.tsx'
import { Button } from '../../../../ui/kit/button.tsx'
import { Table, type Column } from '../../../../ui/kit/table.tsx'
import { Skeleton } from '../../../../ui/skeleton.tsx'
import type { ScreenProps } from '../screen.ts'
import type { Act } from './act.ts'
import { Alarming, Part, TicketLink } from './part.tsx'
import { s } from './strings.ts'
import { S } from './testids.ts'
import { counted, jobName, lagWords } from './words.ts'

interface DeliveriesProps extends Pick<ScreenProps, 'context'> {
  readonly rest: JobsRest
  readonly view: JobsView
  readonly act: Act
}

/** The server accepts at most this many ids at once. */
const IDS_MAX = 100

export function Deliveries({ context, rest, view, act }: DeliveriesProps) {
  const [opened, setOpened] = useState<string | null>(null)
  const shown = view.deliveries.find(({ kind }) => kind === opened)
  return (
    <Part title={s('system.jobs.deliveries')} hint={s('system.jobs.deliveries_hint')} none={view.deliveries.length === 0 ? s('system.jobs.no_deliveries') : null}>
      <Table label={s('system.jobs.deliveries')} columns={columnsOf(view, opened, setOpened)} rows={view.deliveries} keyOf={({ kind }) => kind} testid={S.deliveries} />
      {shown !== undefined && <Dead key={shown.kind} context={context} rest={rest} kind={shown.kind} count={shown.dead} act={act} />}
    </Part>
  )
}

const columnsOf = ({ at }: JobsView, opened: string | null, onOpen: (kind: string | null) => void): readonly Column<DeliveryKindView>[] => [
  { title: s('system.jobs.name'), isHeading: true, cell: ({ kind }) => jobName(kind) },
  { title: s('system.jobs.due'), isNumber: true, cell: ({ due }) => counted(due) },
  { title: s('system.jobs.lag'), isNumber: true, cell: ({ oldest_at }) => lagWords(lagMs(at, oldest_at)) },
  { title: s('system.jobs.in_flight'), isNumber: true, cell: ({ in_flight }) => counted(in_flight) },
  { title: s('system.jobs.dead'), isNumber: true, cell: ({ dead }) => <Alarming n={dead} /> },
  { title: s('system.jobs.action'), cell: (one) => <Open one={one} opened={opened} onOpen={onOpen} /> },
]

interface OpenProps {
  readonly one: DeliveryKindView
  /** The kind whose dead deliveries are shown, or null. */
  readonly opened: string | null
  readonly onOpen: (kind: string | null) => void
}

function Open({ one: { kind, dead }, opened, onOpen }: OpenProps) {
  if (dead === 0) return <>–</>
  const isOpen = opened === kind
  return <Button label={s(isOpen ? 'system.jobs.hide_dead_of' : 'system.jobs.show_dead_of', { name: jobName(kind) })} testid={S.showDead} onClick={() => onOpen(isOpen ? null : kind)}>{s(isOpen ? 'system.jobs.hide_dead' : 'system.jobs.show_dead')}</Button>
}

interface DeadProps extends Pick<ScreenProps, 'context'> {
  readonly rest: JobsRest
  readonly kind: string
  /** The number of dead deliveries. The list is loaded again when it changes. */
  readonly count: number
  readonly act: Act
}

function Dead({ context, rest, kind, count, act }: DeadProps) {
  const dead = useMemo(() => createDeadList(rest, kind), [rest, kind])
  useEffect(() => { void dead.begin() }, [dead, count])
  const list = dead.deliveries.value
  const replay = (key: string, of: readonly DeadDelivery[]) => act.send(key, (calls) => calls.replay(of.map(({ id }) => id)), ({ replayed }) => s('system.jobs.replayed', { n: replayed }))
  const some = list?.slice(0, IDS_MAX) ?? []
  const askAll = () => act.ask({
    title: s('system.jobs.replay_ask', { n: some.length }),
    what: s('system.jobs.replay_what'),
    action: s('system.jobs.replay_do', { n: some.length }),
    isDanger: false,
    run: () => void replay('replay', some),
  })
  return (
    <>
      <div class="system-head"><h3>{s('system.jobs.dead_of', { name: jobName(kind) })}</h3>{some.length > 1 && <Button isBusy={act.busy === 'replay'} testid={S.replayAll} onClick={askAll}>{s('system.jobs.replay_all', { n: some.length })}</Button>}</div>
      <ProblemLine problem={dead.problem.value} onRetry={() => void dead.begin()} />
      {list === null ? dead.problem.value === null && <Skeleton lines={3} /> : (
        <ul class="system-failed" aria-label={s('system.jobs.dead_of', { name: jobName(kind) })}>
          {list.map((one) => (
            <li key={one.id} data-testid={S.dead} data-delivery={one.id}>
              <div>
                <span class="system-tags"><strong dir="auto">{one.receiver}</strong>{one.ticket_id !== null && <TicketLink context={context} id={one.ticket_id} number={one.ticket_number} />}</span>
                <p class="system-error" dir="auto">{one.error}</p>
                <p class="muted">{s('system.jobs.given_up', { n: one.attempts, when: dateTime(one.dead_at) })}</p>
              </div>
              <div class="actions"><Button isBusy={act.busy === one.id} testid={S.replay} onClick={() => void replay(one.id, [one])}>{s('system.jobs.retry')}</Button></div>
            </li>
          ))}
        </ul>
      )}
      {dead.hasMore.value && <div class="actions"><Button isBusy={dead.isBusy.value} testid={S.moreDead} onClick={() => void dead.more()}>{s('system.jobs.more_dead')}</Button></div>}
    </>
  )
}
