import { useSignal, type ReadonlySignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { showUnread } from '../client/notifications.ts'
import { t } from '../locales/index.ts'
import icon from './icon.svg'
import iconUnread from './icon-unread.svg'

/** Keeps the title and the icon of the browser tab up to date. Does nothing if `owns` is false. */
export function useTab(owns: boolean, page: string, unread: ReadonlySignal<number>): void {
  const title = useSignal('')
  title.value = t('app.tab', { page })
  useEffect(() => (owns ? showUnread(title, unread, { calm: icon, unread: iconUnread }) : undefined), [owns, title, unread])
}
