// Albums that everybody shares. Each change is stored, and then told to all.
import { everyone, type Publish } from './backend-people.ts';

export interface StoredPhoto {
  readonly id: string;
  readonly title: string;
  /** Degrees: photos are drawn, not taken. */
  readonly hue: number;
  readonly likes: number;
}

const users = everyone.map(({ id }) => id);
const titles = [
  'Harbour',
  'First snow',
  'Lighthouse',
  'Market',
  'Ferry',
  'Dunes',
  'Orchard',
  'Summit',
  'Tide',
  'Attic',
];

export function createAlbums(publish: Publish) {
  const albums = new Map<string, StoredPhoto[]>();
  let serial = 0;

  const draw = (): StoredPhoto => {
    serial++;
    return { id: `p${serial}`, title: titles[serial % titles.length]!, hue: (serial * 67) % 360, likes: 0 };
  };

  const tell = (type: string, album_id: string, data: object) =>
    publish({ channel: 'bucketlist', message: { type, data, album_id }, users });

  return {
    /** `GET` lists, `POST` adds, `POST .../like` and `DELETE` change one. */
    async answer(method: string, albumId: string, [, photoId, act]: readonly string[], body: object): Promise<unknown> {
      if (!albums.has(albumId)) albums.set(albumId, [draw(), draw(), draw()]);
      const photos = albums.get(albumId)!;
      const index = photos.findIndex(({ id }) => id === photoId);
      const found = photos[index];
      if (method === 'GET') return photos;
      if (photoId === undefined) {
        const photo = { ...draw(), ...body };
        photos.push(photo);
        await tell('PHOTO_UPLOADED', albumId, photo);
        return photo;
      }
      if (!found) throw new Error('There is no such photo.');
      if (method === 'DELETE') {
        photos.splice(index, 1);
        await tell('PHOTO_DELETED', albumId, { id: photoId });
        return {};
      }
      if (act !== 'like') throw new Error('A photo can be liked, or deleted.');
      photos[index] = { ...found, likes: found.likes + 1 };
      await tell('PHOTO_UPDATED', albumId, photos[index]);
      return photos[index];
    },
  };
}
