import { useState } from 'preact/hooks'
import { nextOf, percentOf, remaining, type RetentionStore } from '../../../../client/retention.ts'
import type { RetentionRun } from '../../../../protocol/generated.ts'
import type { Problem } from '../../../../protocol/model.ts'
import { ProblemLine } from '../../../../ui/feedback.tsx'
import { Icon } from '../../../../ui/icon.tsx'
import { Button } from '../../../../ui/kit/button.tsx'
import { Confirm } from '../../../../ui/kit/confirm.tsx'
import { tell } from '../../actions.ts'
import type { ScreenProps } from '../screen.ts'
import { DueTickets } from './due.tsx'
import { s } from './strings.ts'
import { R } from './testids.ts'
import { date, leftOut, moment, momentIn, percent } from './words.ts'

interface WaitingProps {
  readonly context: ScreenProps['context']
  readonly store: RetentionStore
  readonly run: RetentionRun
}

/** A run that the guard stopped, because it would change a large share. An admin lets it act, cancels it, or leaves it until it expires. */
export function Waiting({ context, store, run }: WaitingProps) {
  const [asked, setAsked] = useState<'approve' | 'refuse' | null>(null)
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const { kind, due, total } = run
  const n = remaining(run)
  const kept = leftOut(run.skipped)
  const view = store.view.value
  const next = view === null ? null : nextOf(view, kind)
  const zone = view?.settings.zone ?? 'UTC'
  const decide = async (decision: 'approve' | 'refuse') => {
    setBusy(true)
    setProblem(null)
    const result = await store.rest[decision](run.id)
    setBusy(false)
    setAsked(null)
    if (result.ok) tell(context, s(decision === 'approve' ? 'retention.approved' : 'retention.refused'))
    // The run no longer waits, so the reload below removes this part of the screen, together with any problem that it shows.
    else if (result.problem.code === 'conflict') tell(context, s('retention.decided_already'))
    else setProblem(result.problem)
    await store.settings.reload()
  }
  return (
    <>
      <section class="retention-waiting" aria-label={s('retention.waiting_title')} data-testid={R.waiting} data-run={run.id} data-kind={kind}>
        <h2><Icon name="alert" />{s('retention.waiting_title')}</h2>
        <p><strong>{s(`retention.would.${kind}`, { n: due })}</strong> {s(`retention.waiting_share.${kind}`, { share: percent(percentOf(due, total)), n: total, limit: percent(run.share_max_percent) })}</p>
        <p>{s('retention.waiting_why', { cutoff: date(run.cutoff), planned: moment(run.planned_at) })}</p>
        {kept.length > 0 && <p>{s('retention.left_out')}{kept.map((reason) => <span key={reason}> {reason}</span>)}</p>}
        <p>{next === null ? s('retention.waiting_left') : s('retention.waiting_left_until', { when: momentIn(next, zone) })}</p>
        <ProblemLine problem={problem} onDismiss={() => setProblem(null)} />
        <div class="actions">
          <Button kind={kind === 'archive' ? 'plain' : 'danger'} isBusy={isBusy && asked === 'approve'} testid={R.approve} onClick={() => setAsked('approve')}>{s(`retention.approve.${kind}`, { n })}</Button>
          <Button isBusy={isBusy && asked === 'refuse'} testid={R.refuse} onClick={() => setAsked('refuse')}>{s('retention.refuse')}</Button>
        </div>
        {kind !== 'access_log' && <DueTickets context={context} store={store} kind={kind} run={run.id} />}
      </section>
      {asked === 'approve' && (
        <Confirm title={s(`retention.ask.${kind}`, { n })} action={s(`retention.do.${kind}`, { n })} isDanger={kind !== 'archive'} isBusy={isBusy} testid={R.approveSure} onClose={() => setAsked(null)} onConfirm={() => void decide('approve')}>
          <p>{s(`retention.ask_what.${kind}`, { n })}</p>
          <p>{s('retention.ask_again')}</p>
        </Confirm>
      )}
      {asked === 'refuse' && (
        <Confirm title={s('retention.refuse_ask')} action={s('retention.refuse_do')} isBusy={isBusy} testid={R.refuseSure} onClose={() => setAsked(null)} onConfirm={() => void decide('refuse')}>
          <p>{s('retention.refuse_what')}</p>
        </Confirm>
      )}
    </>
  )
}
