// The widget screen: the widget's look, the sites that may embed it, and the code to install it.

import { useEffect, useRef, useState } from 'preact/hooks'
import { onWindow } from '../../../../client/on-window.ts'
import { isVisible } from '../../../../client/visibility.ts'
import { widgetFaultsOf, type WidgetDraft, type WidgetFaults } from '../../../../client/widget-setting.ts'
import { widgetFor, type WidgetStore } from '../../../../client/widget-store.ts'
import { inLanguage, t } from '../../../../locales/index.ts'
import { ProblemLine } from '../../../../ui/feedback.tsx'
import { Button } from '../../../../ui/kit/button.tsx'
import { Skeleton } from '../../../../ui/skeleton.tsx'
import { useSheet } from '../../../../ui/use-sheet.ts'
import { tell } from '../../actions.ts'
import { ScreenPage } from '../../settings/screen-page.tsx'
import type { ScreenProps } from '../screen.ts'
import { Install } from './install.tsx'
import { LookFields } from './look.tsx'
import { WidgetPreview } from './preview.tsx'
import { Sites } from './sites.tsx'
import { s } from './strings.ts'
import { W } from './testids.ts'
import title from './title.json'
import css from './widget.css?inline'

export function WidgetScreen({ context }: ScreenProps) {
  const store = widgetFor(context.client)
  // Reload the settings when the tab becomes visible again, because another person may have changed them.
  useEffect(() => {
    // A store that was just created is loading already.
    if (store.state.peek() !== 'loading') void store.reload()
    return onWindow('visibilitychange', () => { if (isVisible()) void store.reload() })
  }, [store])
  const draft = store.draft.value
  return (
    <ScreenPage context={context} title={inLanguage(title)} hint={s('widget_setting.hint')}>
      {draft !== null ? <WidgetForm context={context} store={store} draft={draft} />
        : store.problem.value === null ? <Skeleton lines={8} /> : <ProblemLine problem={store.problem.value} onRetry={() => void store.reload()} />}
    </ScreenPage>
  )
}

interface FormProps {
  readonly context: ScreenProps['context']
  readonly store: WidgetStore
  readonly draft: WidgetDraft
}

function WidgetForm({ context, store, draft }: FormProps) {
  const [isTried, setTried] = useState(false)
  const form = useRef<HTMLFormElement>(null)
  useSheet(form, css)
  const faults: WidgetFaults = isTried ? widgetFaultsOf(draft) : new Map()
  const isSaved = !store.isChanged.value
  const save = async () => {
    setTried(true)
    if (widgetFaultsOf(draft).size > 0) {
      // Invalid fields get `aria-invalid` only in the next render, so wait a frame before focusing the first one.
      requestAnimationFrame(() => form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus())
      return
    }
    if (!await store.save()) return
    setTried(false)
    tell(context, s('widget_setting.saved'))
  }
  const discard = () => {
    store.cancel()
    setTried(false)
  }
  return (
    <form ref={form} class="widget-form" noValidate data-testid={W.form} data-saved={isSaved} onSubmit={(event) => { event.preventDefault(); void save() }}>
      <Install origin={context.client.origin} />
      <div class="widget-design">
        <LookFields draft={draft} faults={faults} onChange={store.change} />
        <WidgetPreview draft={draft} />
      </div>
      <Sites sites={draft.sites} faults={faults} onChange={(sites) => store.change({ sites })} />
      <ProblemLine problem={store.refused.value} />
      {store.isOvertaken.value && (
        <div class="widget-overtaken" role="alert" data-testid={W.overtaken}>
          <span>{s('widget_setting.overtaken')}</span>
          <Button onClick={discard}>{s('widget_setting.theirs')}</Button>
          <Button kind="quiet" onClick={store.keepMine}>{s('widget_setting.mine')}</Button>
        </div>
      )}
      <div class="form-actions">
        <Button kind="primary" type="submit" isBusy={store.isSaving.value} isDisabled={isSaved || store.isOvertaken.value} testid={W.save}>{t('app.save')}</Button>
        {!isSaved && <Button kind="quiet" testid={W.discard} onClick={discard}>{s('widget_setting.discard')}</Button>}
        <span class="muted" role="status">{s(isSaved ? 'widget_setting.same' : 'widget_setting.changed')}</span>
      </div>
    </form>
  )
}
