// The bulk action bar: applies one change to all selected tickets, and lists the result for each ticket.

import { SELECTED_MAX, type BulkOutcome, type Selection } from '../../../client/selection.ts'
import { PRIORITIES, STATUSES } from '../../../protocol/generated.ts'
import { word } from '../../../protocol/narrow.ts'
import { t, tProblem, tWord } from '../../../locales/index.ts'
import { T } from '../../../testids.ts'
import { ProblemLine } from '../../../ui/feedback.tsx'
import { Button } from '../../../ui/kit/button.tsx'
import { s } from './strings.ts'

export function BulkBar({ selection }: { readonly selection: Selection }) {
  const ids = [...selection.ids.value]
  const results = selection.results.value
  const problem = selection.problem.value
  const busy = selection.isBusy.value
  const apply = selection.apply
  if (ids.length === 0 && results === null && problem === null) return null
  const tooMany = ids.length > SELECTED_MAX
  return (
    <div class="bulk" data-testid={T.bulk}>
      {ids.length > 0 && (
        <div class="bulk-line">
          <strong>{s('bulk.selected', { n: ids.length })}</strong>
          <button type="button" class="link" data-testid={T.bulkClear} onClick={() => { selection.clear(); selection.dismiss() }}>{t('bulk.clear')}</button>
        </div>
      )}
      {ids.length > 0 && (
        <div class="bulk-line">
          {/* The controls stay enabled while a change is in progress, because disabling a control would take the focus from it. A second
              change is ignored until the first change has ended. */}
          <Button isDisabled={tooMany} isBusy={busy} testid={T.bulkTake} onClick={() => void apply({ assigned_to: 'me' })}>{t('bulk.take')}</Button>
          <select value="" disabled={tooMany} aria-label={s('bulk.status')} data-testid={T.bulkStatus} onChange={(event) => { const status = word(STATUSES, event.currentTarget.value); event.currentTarget.value = ''; if (status !== null) void apply({ status }) }}>
            <option value="">{s('bulk.status')}</option>
            {STATUSES.map((one) => <option key={one} value={one}>{tWord('status', one)}</option>)}
          </select>
          <select value="" disabled={tooMany} aria-label={s('bulk.priority')} data-testid={T.bulkPriority} onChange={(event) => { const priority = word(PRIORITIES, event.currentTarget.value); event.currentTarget.value = ''; if (priority !== null) void apply({ priority }) }}>
            <option value="">{s('bulk.priority')}</option>
            {PRIORITIES.map((one) => <option key={one} value={one}>{tWord('priority', one)}</option>)}
          </select>
        </div>
      )}
      {tooMany && <p class="problem-text">{s('bulk.full', { n: SELECTED_MAX })}</p>}
      <ProblemLine problem={problem} onDismiss={selection.dismiss} />
      {results !== null && <Outcome results={results} onClose={selection.dismiss} />}
    </div>
  )
}

function Outcome({ results, onClose }: { readonly results: readonly BulkOutcome[]; readonly onClose: () => void }) {
  const refused = results.filter((one) => !one.ok)
  const taken = refused.filter((one) => one.code === 'conflict').length
  return (
    <div class="bulk-result" role="status" data-testid={T.bulkResult} data-done={results.length - refused.length} data-refused={refused.length} data-taken={taken}>
      <p class="bulk-line">
        <span>{s('bulk.done', { n: results.length - refused.length })}{refused.length > 0 && ` · ${s('bulk.refused', { n: refused.length })}`}{taken > 0 && ` · ${s('bulk.taken', { n: taken })}`}</span>
        <button type="button" class="link" onClick={onClose}>{t('app.dismiss')}</button>
      </p>
      {refused.length > 0 && <ul>{refused.map((one) => <li key={one.id}><span class="number">{one.number}</span> {one.code === 'conflict' ? s('taken.by_other') : tProblem({ code: one.code ?? 'unknown' })}</li>)}</ul>}
    </div>
  )
}
