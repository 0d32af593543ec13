// Browser functions for files: requests that report their progress, and a database for the bytes of files.

import type { ByteStore, PutBytes } from '../uploads/bytes.ts'

/** Sends bytes with `XMLHttpRequest`, because `fetch` does not report how much has been sent. */
export function putBytes(origin: string): PutBytes {
  return (path, bearer, bytes, onProgress) => {
    const request = new XMLHttpRequest()
    const outcome = new Promise<Awaited<ReturnType<PutBytes>['outcome']>>((resolve) => {
      const cut = () => resolve({ kind: 'cut' })
      request.upload.addEventListener('progress', ({ loaded }) => onProgress(loaded))
      request.addEventListener('load', () => resolve({ kind: 'answered', status: request.status, body: json(request.responseText) }))
      for (const type of ['error', 'abort', 'timeout'] as const) request.addEventListener(type, cut)
      request.open('PUT', origin + path)
      request.setRequestHeader('authorization', `Bearer ${bearer}`)
      request.setRequestHeader('content-type', 'application/octet-stream')
      request.send(bytes)
    })
    return { outcome, cancel: () => request.abort() }
  }
}

function json(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text)
    return value
  } catch {
    return undefined
  }
}

const BYTES = 'bytes'

/**
 * Opens the database for the bytes of a person's files. Where the browser has none or refuses it, the bytes stay in memory and are lost
 * with the page.
 */
export function openBytes(user: string): ByteStore {
  const memory = new Map<string, Blob>()
  let opening: Promise<IDBDatabase | null> | null = null
  const database = () => opening ??= open(`helpline.files.${user}`)
  const act = async <T>(mode: IDBTransactionMode, run: (store: IDBObjectStore) => IDBRequest<T>): Promise<T | null> => {
    const base = await database()
    return base === null ? null : finished(run(base.transaction(BYTES, mode).objectStore(BYTES)))
  }
  return {
    async get(key) {
      const held = memory.get(key)
      if (held !== undefined) return held
      const value: unknown = await act('readonly', (store) => store.get(key)).catch(() => null)
      return value instanceof Blob ? value : null
    },
    async put(key, bytes) {
      try {
        if (await act('readwrite', (store) => store.put(bytes, key)) !== null) return true
      } catch {
        // There is no room. The bytes stay in memory.
      }
      memory.set(key, bytes)
      return false
    },
    async remove(key) {
      memory.delete(key)
      await act('readwrite', (store) => store.delete(key)).catch(() => null)
    },
    async keys() {
      const keys = await act('readonly', (store) => store.getAllKeys()).catch(() => null)
      return [...memory.keys(), ...(keys ?? []).map(String)]
    },
  }
}

function open(name: string): Promise<IDBDatabase | null> {
  return new Promise((resolve) => {
    try {
      const request = indexedDB.open(name)
      request.addEventListener('upgradeneeded', () => void request.result.createObjectStore(BYTES))
      request.addEventListener('success', () => {
        const base = request.result
        // Another tab deletes the database, because its person's data is to be forgotten.
        base.addEventListener('versionchange', () => base.close())
        resolve(base)
      })
      for (const type of ['error', 'blocked'] as const) request.addEventListener(type, () => resolve(null))
    } catch {
      resolve(null)
    }
  })
}

function finished<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const end = request.transaction
    end?.addEventListener('complete', () => resolve(request.result))
    for (const type of ['error', 'abort'] as const) end?.addEventListener(type, () => reject(end.error ?? request.error ?? new Error(type)))
  })
}
