import { useMemo, useState } from 'preact/hooks'
import { createAllHolds, type RetentionStore } from '../../../../client/retention.ts'
import type { LegalHold } from '../../../../protocol/generated.ts'
import type { Problem } from '../../../../protocol/model.ts'
import { ProblemLine } from '../../../../ui/feedback.tsx'
import { Button } from '../../../../ui/kit/button.tsx'
import { Confirm } from '../../../../ui/kit/confirm.tsx'
import { Tag } from '../../../../ui/kit/tag.tsx'
import { PlaceLink } from '../../../../ui/place-link.tsx'
import { tell } from '../../actions.ts'
import type { ScreenProps } from '../screen.ts'
import { NewHold } from './new-hold.tsx'
import { s } from './strings.ts'
import { R } from './testids.ts'
import { date, nameOf } from './words.ts'

interface HoldsProps {
  readonly context: ScreenProps['context']
  readonly store: RetentionStore
  readonly holds: readonly LegalHold[]
}

/** The legal holds: what is kept whatever its age, and why. */
export function Holds({ context, store, holds }: HoldsProps) {
  const all = useMemo(() => createAllHolds(store.rest), [store])
  const [isAll, setAll] = useState(false)
  const [isAdding, setAdding] = useState(false)
  const shown = isAll ? (all.list.value ?? holds) : holds
  const reload = () => Promise.all([store.settings.reload(), ...(isAll ? [all.begin()] : [])])
  const toggle = () => {
    setAll(!isAll)
    if (!isAll) void all.begin()
  }
  return (
    <section class="retention-part" aria-label={s('retention.holds')}>
      <div class="retention-head">
        <div><h2>{s('retention.holds')}</h2><p class="muted">{s('retention.holds_hint')}</p></div>
        {!isAdding && <Button icon="plus" testid={R.addHold} onClick={() => setAdding(true)}>{s('retention.add_hold')}</Button>}
      </div>
      {isAdding && <NewHold context={context} store={store} onClose={() => setAdding(false)} onDone={() => { setAdding(false); void reload() }} />}
      {shown.length === 0 ? <p class="retention-none muted" data-testid={R.noHolds}>{s('retention.no_holds')}</p>
        : <ul class="retention-holds" aria-label={s('retention.holds')}>{shown.map((hold) => <Hold key={hold.id} context={context} store={store} hold={hold} onDone={reload} />)}</ul>}
      {isAll && <ProblemLine problem={all.problem.value} onRetry={() => void all.begin()} />}
      <div class="actions">
        <Button kind="quiet" isBusy={isAll && all.isBusy.value} testid={R.allHolds} onClick={toggle}>{s(isAll ? 'retention.open_holds' : 'retention.all_holds')}</Button>
        {isAll && all.hasMore.value && <Button isBusy={all.isBusy.value} testid={R.moreHolds} onClick={() => void all.more()}>{s('retention.more_holds')}</Button>}
      </div>
    </section>
  )
}

interface HoldProps extends Omit<HoldsProps, 'holds'> {
  readonly hold: LegalHold
  readonly onDone: () => unknown
}

/** The number of characters of an id that are shown if the ticket has no number or the person no name that the reader may see. */
const ID_SHOWN = 8

function Hold({ context, store, hold, onDone }: HoldProps) {
  const [isAsking, setAsking] = useState(false)
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const number = hold.ticket_number
  const label = number ?? hold.person_name ?? (hold.ticket ?? hold.person ?? '').slice(0, ID_SHOWN)
  const word = hold.ticket === null ? 'person' : 'ticket'
  const release = async () => {
    setBusy(true)
    setProblem(null)
    const result = await store.rest.releaseHold(hold.id)
    setBusy(false)
    setAsking(false)
    if (result.ok) tell(context, s('retention.released'))
    else setProblem(result.problem)
    await onDone()
  }
  return (
    <li data-testid={R.hold} data-hold={hold.id} data-released={hold.released_at !== null}>
      <div class="retention-hold">
        <span class="retention-hold-of"><Tag>{s(`retention.scope.${word}`)}</Tag>{hold.ticket === null ? <bdi title={hold.person ?? ''}>{label}</bdi> : <PlaceLink context={context} to={number ?? hold.ticket}>{label}</PlaceLink>}{hold.released_at !== null && <Tag>{s('retention.is_released')}</Tag>}</span>
        <p dir="auto">{hold.reason}</p>
        <p class="muted">
          {s('retention.set_by_at', { name: nameOf(context, hold.set_by), when: date(hold.set_at) })}
          {hold.review_at !== null && hold.released_at === null && <> {s('retention.review_at', { when: date(hold.review_at) })}</>}
          {hold.released_at !== null && <> {s('retention.released_by_at', { name: nameOf(context, hold.released_by), when: date(hold.released_at) })}</>}
        </p>
        <ProblemLine problem={problem} onDismiss={() => setProblem(null)} />
      </div>
      {hold.released_at === null && <Button isBusy={isBusy} label={s('retention.release_of', { of: label })} testid={R.release} onClick={() => setAsking(true)}>{s('retention.release')}</Button>}
      {isAsking && (
        <Confirm title={s(`retention.release_ask.${word}`, { of: label })} action={s('retention.release_do')} isDanger isBusy={isBusy} testid={R.releaseSure} onClose={() => setAsking(false)} onConfirm={() => void release()}>
          {s(`retention.release_what.${word}`)}
        </Confirm>
      )}
    </li>
  )
}
