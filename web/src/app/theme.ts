import { applyMode, Mode } from "@cloudscape-design/global-styles";

/** Follows the system's light or dark; the style sheets tell the two apart by a class of the body. */
export function followSystemTheme(): void {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const apply = () => applyMode(dark.matches ? Mode.Dark : Mode.Light);
  apply();
  dark.addEventListener("change", apply);
}
