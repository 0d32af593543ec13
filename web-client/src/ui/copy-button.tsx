import { say } from '../client/notifications.ts'
import { t } from '../locales/index.ts'
import { Icon } from './icon.tsx'

/** A button that copies `text` to the clipboard. `what` says in the button's label what is copied. */
export function CopyButton({ text, what }: { readonly text: string; readonly what: string }) {
  const label = `${t('details.copy')}: ${what}`
  return <button type="button" class="quiet icon-button copy" aria-label={label} title={label} onClick={(event) => void copy(text, event.currentTarget)}><Icon name="copy" size={16} /></button>
}

async function copy(text: string, button: Element): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
    // Confirm only if the button is still on the page. Otherwise the person has left the ticket or signed out.
    if (button.isConnected) say(t('details.copied'))
  } catch {
    // The browser refused access to the clipboard. The person can still select and copy the text.
  }
}
