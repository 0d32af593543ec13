import { say } from '../client/notifications.ts'
import { t } from '../locales/index.ts'
import { Icon } from './icon.tsx'

/** Copies `text` to the clipboard. `what` names it in the button's label. */
export function CopyButton({ text, what }: { readonly text: string; readonly what: string }) {
  const label = `${t('details.copy')}: ${what}`
  return <button type="button" class="quiet icon-button copy" aria-label={label} title={label} onClick={(event) => void copy(text, event.currentTarget)}><Icon name="copy" size={16} /></button>
}

async function copy(text: string, button: Element): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
    // Confirm only if the button is still on the page: the person may have gone on or signed out.
    if (button.isConnected) say(t('details.copied'))
  } catch {
    // The browser refused: the person can select and copy the text.
  }
}
