import type { RetentionRun } from '../../../../protocol/generated.ts'
import { number } from '../../../../locales/index.ts'
import { CopyButton } from '../../../../ui/copy-button.tsx'
import { Table, type Column } from '../../../../ui/kit/table.tsx'
import { Tag } from '../../../../ui/kit/tag.tsx'
import type { ScreenProps } from '../screen.ts'
import { s } from './strings.ts'
import { R } from './testids.ts'
import { date, leftOut, moment, nameOf, outcome, percent, TONES } from './words.ts'

interface RunsProps {
  readonly context: ScreenProps['context']
  readonly runs: readonly RetentionRun[]
}

/** The last runs. A row opens the run's receipt. */
export function Runs({ context, runs }: RunsProps) {
  return (
    <section class="retention-part" aria-label={s('retention.runs')}>
      <h2>{s('retention.runs')}</h2>
      {runs.length === 0 ? <p class="retention-none muted" data-testid={R.noRuns}>{s('retention.no_runs')}</p>
        : <Table label={s('retention.runs')} columns={columns()} rows={runs} keyOf={({ id }) => id} testid={R.runs} rowTestid={R.run} details={receiptOf(context)} />}
    </section>
  )
}

const receiptOf = (context: ScreenProps['context']) => (run: RetentionRun) => <Receipt context={context} run={run} />

const columns = (): readonly Column<RetentionRun>[] => [
  { title: s('retention.column.run'), isHeading: true, cell: ({ kind }) => s(`retention.kind.${kind}`) },
  { title: s('retention.column.when'), cell: ({ planned_at }) => moment(planned_at) },
  { title: s('retention.column.state'), cell: ({ state }) => <Tag tone={TONES[state]}>{s(`retention.state.${state}`)}</Tag> },
  { title: s('retention.column.result'), cell: outcome },
]

/** What a run had to do, what it did and what it left out: the proof that an auditor asks for. */
function Receipt({ context, run }: { readonly context: ScreenProps['context']; readonly run: RetentionRun }) {
  const lists: readonly (readonly [label: string, reasons: readonly string[]])[] = [
    [s('retention.receipt.skipped'), leftOut(run.skipped)],
    [s('retention.receipt.kept'), run.kept === null ? [] : leftOut(run.kept)],
  ]
  const values: readonly (readonly [label: string, value: string])[] = [
    [s('retention.receipt.rule'), s(`retention.rule.${run.kind}`, { n: run.months })],
    [s('retention.receipt.cutoff'), moment(run.cutoff)],
    [s('retention.receipt.period'), date(run.period)],
    [s('retention.receipt.total'), number(run.total)],
    [s('retention.receipt.due'), number(run.due)],
    [s('retention.receipt.changed'), number(run.changed)],
    [s('retention.receipt.limit'), percent(run.share_max_percent)],
    ...(run.approved_at === null ? [] : [[s('retention.receipt.approved'), s('retention.by_at', { name: nameOf(context, run.approved_by), when: moment(run.approved_at) })] as const]),
    ...(run.done_at === null ? [] : [[s('retention.receipt.done'), moment(run.done_at)] as const]),
    [s('retention.receipt.worked'), number(run.worked_ms / 1_000, { style: 'unit', unit: 'second', maximumFractionDigits: 1 })],
  ]
  return (
    <div class="retention-receipt" data-testid={R.receipt}>
      <dl>
        {values.map(([label, value]) => <div key={label}><dt>{label}</dt><dd>{value}</dd></div>)}
        {lists.map(([label, reasons]) => reasons.length > 0 && <div key={label} class="retention-wide"><dt>{label}</dt><dd><ul>{reasons.map((reason) => <li key={reason}>{reason}</li>)}</ul></dd></div>)}
        {run.digest !== null && <div class="retention-wide"><dt>{s('retention.receipt.digest')}</dt><dd class="retention-code"><code dir="ltr">{run.digest}</code><CopyButton text={run.digest} what={s('retention.receipt.digest')} /></dd></div>}
        <div class="retention-wide"><dt>{s('retention.receipt.id')}</dt><dd class="retention-code"><code dir="ltr">{run.id}</code><CopyButton text={run.id} what={s('retention.receipt.id')} /></dd></div>
      </dl>
    </div>
  )
}
