// A person as a letter on a colour of its own.
export const hueOf = (name: string): number =>
  [...name].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7) % 360;

export function Avatar({ name }: { name: string }) {
  return (
    <span className="avatar" aria-hidden="true" style={{ '--hue': hueOf(name) } as React.CSSProperties}>
      {name.slice(0, 1).toUpperCase()}
    </span>
  );
}
