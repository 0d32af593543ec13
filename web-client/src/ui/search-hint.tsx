// The hint below a search field: the text is too short to search, or the server has refused it.

import { isTooShort, refusedSearch } from '../client/search.ts'
import { LIMITS } from '../protocol/generated.ts'
import type { Problem } from '../protocol/model.ts'
import { t } from '../locales/index.ts'
import { T } from '../testids.ts'

export function SearchHint({ text, problem }: { readonly text: string; readonly problem: Problem | null }) {
  const why = refusedSearch(problem)
  if (why !== null) return <p class="problem-text search-short" role="alert" data-testid={T.searchRefused}>{t('list.search_refused', { why })}</p>
  return isTooShort(text) ? <p class="muted search-short" role="status">{t('list.search_short', { n: LIMITS.search_word_chars_min })}</p> : null
}
