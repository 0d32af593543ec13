// What it is about: fetched while one writes, where the desk asks for it.

import type { FirstMessage } from '../../client/first-message.ts'
import { CATEGORIES } from '../../protocol/generated.ts'
import { t, tWord } from '../../locales/index.ts'
import { T } from '../../testids.ts'
import css from '../../ui/styles/widget-chips.css?inline'
import { addStyles } from './styles.ts'

addStyles(css)

export function Chips({ first }: { readonly first: FirstMessage }) {
  const { category } = first.draft.value
  return (
    <div class="chips" role="group" aria-label={t('widget.category')}>
      {CATEGORIES.filter((one) => one !== 'general').map((one) => (
        <button key={one} type="button" class="chip" aria-pressed={category === one} data-testid={T.askCategory} data-value={one} onClick={() => first.choose(category === one ? 'general' : one)}>{tWord('category', one)}</button>
      ))}
    </div>
  )
}
