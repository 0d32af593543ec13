// The REST calls for files: uploads, links for downloading, previews, and the files of a ticket.

import { decodeAttachmentLink, decodeTicketFilePage, decodeUpload } from '../protocol/decoders/files.ts'
import type { AttachmentLink, NewUpload, Upload } from '../protocol/generated.ts'
import type { TicketFileRow } from '../protocol/model.ts'
import { nothing } from './client.ts'
import type { Request, Result } from './request.ts'

/** A page of the files of a ticket's messages. `more`: whether there are older files. */
export interface TicketFilePage {
  readonly attachments: readonly TicketFileRow[]
  readonly more: boolean
}

export interface UploadRest {
  /** Reserves an upload. The same key again returns the same upload, as it is now. */
  reserve(upload: NewUpload): Promise<Result<Upload>>
  /** Deletes an upload that no message names. */
  discard(id: string): Promise<Result<null>>
}

export interface FileRest extends UploadRest {
  /** Returns an address for one download, which is valid for a short time and only for this person. */
  link(id: string): Promise<Result<AttachmentLink>>
  /** Loads the small picture of an image. */
  preview(id: string): Promise<Result<Blob>>
  /** Loads the files of a ticket's messages, newest first. `before`: only files of messages before this sequence number. */
  ofTicket(ticket: string, before: number | null): Promise<Result<TicketFilePage>>
}

/** Messages with files in one page. */
const PAGE = 30

export function createFileRest(request: Request): FileRest {
  const one = (id: string) => `/v1/attachments/${encodeURIComponent(id)}`
  return {
    reserve: (body) => request('/v1/uploads', { method: 'POST', body }, decodeUpload),
    discard: async (id) => nothing(await request(`/v1/uploads/${encodeURIComponent(id)}`, { method: 'DELETE' }, () => true)),
    link: (id) => request(`${one(id)}/link`, { method: 'POST' }, decodeAttachmentLink),
    preview: (id) => request(`${one(id)}/preview`, { read: (response) => response.blob() }, (value) => (value instanceof Blob ? value : null)),
    ofTicket: (ticket, before) => request(`/v1/tickets/${encodeURIComponent(ticket)}/attachments?limit=${PAGE}${before === null ? '' : `&before=${before}`}`, {}, decodeTicketFilePage),
  }
}
