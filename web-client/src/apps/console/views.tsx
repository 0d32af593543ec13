import { VIEWS } from '../../client/filters.ts'
import type { Inbox } from '../../client/inbox.ts'
import type { TicketCounts } from '../../protocol/generated.ts'
import { shortNumber } from '../../locales/formats.ts'
import { t } from '../../locales/index.ts'
import { T } from '../../testids.ts'

export function Views({ inbox, counts }: { readonly inbox: Inbox; readonly counts: TicketCounts | null }) {
  const { view } = inbox.filters.value
  return (
    <div class="views" role="group" aria-label={t('view.label')}>
      {VIEWS.map((one) => (
        <button key={one} type="button" class={`view ${one}`} aria-pressed={one === view} data-testid={T.view} data-view={one} data-count={counts?.[one]} onClick={() => inbox.filter({ view: one, status: '' })}>
          <span>{t(`view.${one}`)}</span>
          <span class="count">{counts === null ? '·' : shortNumber(counts[one])}</span>
        </button>
      ))}
    </div>
  )
}
