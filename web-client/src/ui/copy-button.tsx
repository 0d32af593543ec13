import { say } from '../client/notifications.ts'
import { t } from '../locales/index.ts'
import { Icon } from './icon.tsx'

/** Takes a text to the clipboard; `what` names it. */
export function CopyButton({ text, what }: { readonly text: string; readonly what: string }) {
  const label = `${t('details.copy')}: ${what}`
  return <button type="button" class="quiet icon-button copy" aria-label={label} title={label} onClick={(event) => void copy(text, event.currentTarget)}><Icon name="copy" size={16} /></button>
}

async function copy(text: string, button: Element): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
    // What is no longer in sight needs no answer, nor does the next person.
    if (button.isConnected) say(t('details.copied'))
  } catch {
    // Not allowed here: the text can be marked by hand.
  }
}
