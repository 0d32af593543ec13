// Says that files were dropped where no part of the page takes them. Loaded with the first such drop.

import { say as toast } from '../client/notifications.ts'
import { inRow } from '../locales/formats.ts'
import { sentencesCame, t } from '../locales/index.ts'
import '../locales/files.ts'

export async function say(files: readonly File[]): Promise<void> {
  await sentencesCame()
  toast(t('files.away.off', { names: inRow(files.map(({ name }) => name)) }))
}
