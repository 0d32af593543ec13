import type { Desk } from '../../app/desk.ts'
import { t } from '../../strings/index.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { NewTicketForm } from '../../ui/new-ticket.tsx'

interface NewTicketProps {
  readonly desk: Desk
  readonly onCreated: (number: string) => void
  readonly onClose: () => void
}

export function NewTicketDialog({ desk, onCreated, onClose }: NewTicketProps) {
  return <Dialog title={t('new.title')} onClose={onClose}><NewTicketForm desk={desk} onCreated={onCreated} onCancel={onClose} /></Dialog>
}
