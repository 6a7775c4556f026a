// The four rooms as small drawings.
const paths = {
  chat: 'M4 5h16v11H11l-5 4v-4H4z',
  arena: 'M7 4h10l4 6-9 10L3 10zM3 10h18M9.5 10 12 20l2.5-10L12 4z',
  table: 'M5 5h14v14H5zM9 9h.01M15 9h.01M12 12h.01M9 15h.01M15 15h.01',
  album: 'M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15.5 9h.01',
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}
