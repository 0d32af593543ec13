// Connects a person's files with the browser: with its requests, its database, and its locks between tabs.

import { clock, newKey, thisPage } from './browser.ts'
import { openBytes, putBytes } from './browser-files.ts'
import { lock } from './browser-send.ts'
import { createFiles, type Files, type FilesParts } from './files.ts'

export function openFiles(origin: string, parts: Pick<FilesParts, 'user' | 'request' | 'token' | 'storage' | 'unsent'>, page: FilesParts['page'] = thisPage): Files {
  return createFiles({ ...parts, put: putBytes(origin), bytes: openBytes(parts.user), lock, time: clock, random: Math.random, newKey, page })
}
