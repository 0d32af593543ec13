import type { Client } from '../../client/client.ts'
import { t } from '../../locales/index.ts'
import { Dialog } from '../../ui/kit/dialog.tsx'
import { NewTicketForm } from '../../ui/new-ticket.tsx'

interface NewTicketProps {
  readonly client: Client
  readonly onCreated: (number: string) => void
  readonly onClose: () => void
}

export function NewTicketDialog({ client, onCreated, onClose }: NewTicketProps) {
  return <Dialog title={t('new.title')} onClose={onClose}><NewTicketForm client={client} onCreated={onCreated} onCancel={onClose} /></Dialog>
}
