import type { ComponentChildren } from 'preact'
import { t } from '../../locales/index.ts'
import { Button } from './button.tsx'
import { Dialog } from './dialog.tsx'

interface ConfirmProps {
  readonly title: string
  /** Says what the action will do, and what cannot be restored. */
  readonly children: ComponentChildren
  /** The verb on the button that confirms, for example "Delete". */
  readonly action: string
  readonly isDanger?: boolean
  readonly isBusy?: boolean
  readonly testid?: string
  readonly onConfirm: () => void
  readonly onClose: () => void
}

/** Asks for confirmation before an action that cannot be undone. The Cancel button has the focus first. */
export function Confirm({ title, children, action, isDanger = false, isBusy = false, testid, onConfirm, onClose }: ConfirmProps) {
  return (
    <Dialog title={title} onClose={onClose}>
      <div class="confirm">
        <div>{children}</div>
        <div class="actions">
          <Button onClick={onClose}>{t('app.cancel')}</Button>
          <Button kind={isDanger ? 'danger' : 'primary'} isBusy={isBusy} {...(testid === undefined ? {} : { testid })} onClick={onConfirm}>{action}</Button>
        </div>
      </div>
    </Dialog>
  )
}
