// Buttons to choose a category. They are loaded when the customer starts to type, if the desk asks for a category.

import type { FirstMessage } from '../../client/first-message.ts'
import { CATEGORIES } from '../../protocol/generated.ts'
import { t, tWord } from '../../locales/index.ts'
import { T } from '../../testids.ts'
import { arrows } from '../../ui/arrows.ts'
import css from '../../ui/styles/widget-chips.css?inline'
import { addStyles } from './styles.ts'

addStyles(css)

const SHOWN = CATEGORIES.filter((one) => one !== 'general')

export function Chips({ first }: { readonly first: FirstMessage }) {
  const { category } = first.draft.value
  return (
    <div class="chips" role="toolbar" tabIndex={-1} aria-label={t('widget.category')} onKeyDown={arrows}>
      {SHOWN.map((one) => (
        <button key={one} type="button" class="chip" aria-pressed={category === one} tabIndex={one === (SHOWN.find((shown) => shown === category) ?? SHOWN[0]) ? 0 : -1} data-testid={T.askCategory} data-value={one} onClick={() => first.choose(category === one ? 'general' : one)}>{tWord('category', one)}</button>
      ))}
    </div>
  )
}
