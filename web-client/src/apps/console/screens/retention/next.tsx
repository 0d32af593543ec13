import { nextOf, percentOf, type RetentionStore } from '../../../../client/retention.ts'
import type { RetentionPlan, RetentionView } from '../../../../protocol/generated.ts'
import { ProblemLine } from '../../../../ui/feedback.tsx'
import { Button } from '../../../../ui/kit/button.tsx'
import { Tag } from '../../../../ui/kit/tag.tsx'
import type { ScreenProps } from '../screen.ts'
import { DueTickets } from './due.tsx'
import { s } from './strings.ts'
import { R } from './testids.ts'
import { date, leftOut, momentIn, percent } from './words.ts'

const KINDS = ['archive', 'delete', 'access_log'] as const

/** When each kind of run is due next, by which rule, and on demand what it would do now. */
export function Next({ context, store, view }: { readonly context: ScreenProps['context']; readonly store: RetentionStore; readonly view: RetentionView }) {
  const { enabled } = view.settings
  const months = { archive: view.settings.archive_months, delete: view.settings.delete_months, access_log: view.settings.access_log_months }
  const plans = store.plan.value?.plans ?? null
  const isCounting = store.dryRun.isBusy.value
  return (
    <section class="card" aria-label={s('retention.next')}>
      <div class="retention-head">
        <h2>{s('retention.next')}</h2>
        <Button icon="search" isBusy={isCounting} testid={R.dryRun} onClick={() => void store.dryRun.run(null)}>{isCounting ? s('retention.counting') : s('retention.dry_run')}</Button>
      </div>
      {!enabled && <p class="retention-off" data-testid={R.off}>{s('retention.off')}</p>}
      <ProblemLine problem={store.dryRun.problem.value} onDismiss={store.dryRun.dismiss} />
      <ul class="retention-next">
        {KINDS.map((kind) => {
          const at = nextOf(view, kind)
          const plan = plans?.find((one) => one.kind === kind)
          return (
            <li key={kind} data-testid={R.next} data-kind={kind}>
              <div class="retention-what"><strong>{s(`retention.kind.${kind}`)}</strong><span class="muted">{s(`retention.rule.${kind}`, { n: months[kind] })}</span></div>
              <span class="retention-when">{at !== null ? momentIn(at, view.settings.zone) : <span class="muted">{s(enabled ? 'retention.paused' : 'retention.never')}</span>}</span>
              {plan !== undefined && <Plan context={context} store={store} plan={plan} />}
            </li>
          )
        })}
      </ul>
      <p class="muted retention-note" role="status">{plans === null ? s('retention.dry_run_hint') : s('retention.dry_run_done')}</p>
    </section>
  )
}

function Plan({ context, store, plan }: { readonly context: ScreenProps['context']; readonly store: RetentionStore; readonly plan: RetentionPlan }) {
  const { kind, due, total, oldest, cutoff } = plan
  return (
    <div class="retention-plan" data-testid={R.plan} data-kind={kind} data-due={due}>
      <p><strong>{s(`retention.would.${kind}`, { n: due })}</strong> {due > 0 && s(`retention.share.${kind}`, { share: percent(percentOf(due, total)), n: total })} {plan.needs_approval && <Tag tone="warn">{s('retention.needs_approval')}</Tag>}</p>
      <p class="muted">{s(`retention.cutoff.${kind}`, { when: date(cutoff) })}{oldest !== null && <> {s('retention.oldest', { when: date(oldest) })}</>}</p>
      {leftOut(plan.skipped).length > 0 && <ul class="muted">{leftOut(plan.skipped).map((reason) => <li key={reason}>{reason}</li>)}</ul>}
      {kind !== 'access_log' && due > 0 && <DueTickets key={cutoff} context={context} store={store} kind={kind} run={null} />}
    </div>
  )
}
