// Generated from the types of the crate `core`. A test fails when this file is out of date. This command writes the file again:
// UPDATE_GENERATED=1 cargo test -p helpline-core --features typescript
// Do not edit.

import { all, bool, integer, nullable, object, or, string, title, word } from '../shape.ts'
import { decodeAttachmentState } from './ticket.ts'

export const decodeUploadState = word(['reserved', 'stored'])

export const decodeUpload = object({
  id: string,
  name: title,
  content_type: string,
  size_bytes: integer,
  state: decodeUploadState,
  is_internal: or(bool, false),
  ticket: nullable(string),
  expires_at: string,
})

export const decodeTicketFile = object({
  id: string,
  name: title,
  content_type: or(string, ''),
  size_bytes: or(integer, 0),
  state: or(decodeAttachmentState, 'external'),
  width: nullable(integer),
  height: nullable(integer),
  preview: or(bool, false),
  message: string,
  seq: integer,
  at: string,
  sender: nullable(string),
  is_internal: nullable(bool),
})

export const decodeTicketFilePage = object({
  attachments: all(decodeTicketFile),
  more: or(bool, false),
})

export const decodeAttachmentLink = object({
  url: string,
  expires_at: string,
})
