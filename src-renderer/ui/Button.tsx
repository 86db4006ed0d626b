import type { ButtonHTMLAttributes, ReactNode, Ref } from "react";
import { classNames } from "./class-names.ts";
import styles from "./Button.module.css";

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly look?: "plain" | "primary" | "danger" | "quiet";
  readonly size?: "small" | "medium";
  readonly icon?: ReactNode;
  readonly ref?: Ref<HTMLButtonElement>;
}

export function Button(props: ButtonProps): ReactNode {
  const { look = "plain", size = "medium", icon, className, children, ...rest } = props;
  return (
    <button
      type="button"
      {...rest}
      className={classNames(styles.button, styles[look], styles[size], className)}
    >
      {icon}
      {children}
    </button>
  );
}

/** A button that shows only its icon; `label` is its name and its tooltip. */
export function IconButton(props: ButtonProps & { readonly label: string }): ReactNode {
  const { label, className, ...rest } = props;
  return (
    <Button
      look="quiet"
      title={label}
      aria-label={label}
      {...rest}
      className={classNames(styles.iconOnly, className)}
    />
  );
}
