import { brandTokens } from '../../../../client/brand.ts'
import { OWN_COLOR, colorOf, type WidgetDraft } from '../../../../client/widget-setting.ts'
import { isWritten } from '../../../../client/written.ts'
import { Icon } from '../../../../ui/icon.tsx'
import { s } from './strings.ts'
import { W } from './testids.ts'

/** Previews of the launcher and the widget's first screen, in light and dark. */
export function WidgetPreview({ draft }: { readonly draft: WidgetDraft }) {
  return (
    <section class="card widget-previews" aria-label={s('widget_setting.preview')}>
      <h2>{s('widget_setting.preview')}</h2>
      <div class="widget-preview-pair">
        <Look draft={draft} theme="light" />
        <Look draft={draft} theme="dark" />
      </div>
    </section>
  )
}

function Look({ draft, theme }: { readonly draft: WidgetDraft; readonly theme: 'light' | 'dark' }) {
  const tokens = brandTokens(colorOf(draft.color) ?? OWN_COLOR) ?? {}
  return (
    <figure class="widget-look" data-theme={theme} data-position={draft.position} style={tokens} data-testid={W.preview}>
      <figcaption class="hidden">{s(`widget_setting.preview_${theme}`)}</figcaption>
      <div class="widget-look-frame">
        <div class="widget-look-head">
          {draft.logo !== '' && <img src={draft.logo} alt="" />}
          <strong dir="auto">{isWritten(draft.teamName) ? draft.teamName : s('widget_setting.own_name')}</strong>
        </div>
        <p class="widget-look-hello" dir="auto">{isWritten(draft.greeting) ? draft.greeting : s('widget_setting.own_greeting')}</p>
        <div class="widget-look-box">
          <span>{s('widget_setting.own_box')}</span>
          <span class="widget-look-foot">{draft.asksCategory && <span class="widget-look-category">{s('widget_setting.category_shown')}</span>}<span class="widget-look-send" aria-hidden="true"><Icon name="send" size={16} /></span></span>
        </div>
        <p class="widget-look-link">{s('widget_setting.own_link')}</p>
      </div>
      <span class="widget-look-launcher" aria-hidden="true"><Icon name="chat" /></span>
    </figure>
  )
}
