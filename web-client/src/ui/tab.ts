import { useSignal, type ReadonlySignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { showUnread } from '../client/notifications.ts'
import { t } from '../locales/index.ts'
import icon from './icon.svg'
import iconUnread from './icon-unread.svg'

/** Keeps the tab's title and icon up to date, if `owns` allows it. */
export function useTab(owns: boolean, page: string, unread: ReadonlySignal<number>): void {
  const title = useSignal('')
  title.value = t('app.tab', { page })
  useEffect(() => (owns ? showUnread(title, unread, { calm: icon, unread: iconUnread }) : undefined), [owns, title, unread])
}
