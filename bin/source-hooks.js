// Lets a checkout run without a build: `wirepact/*` resolves through the `@wirepact/source` condition of package.json.
export const resolve = (specifier, context, next) =>
  next(specifier, { ...context, conditions: [...context.conditions, '@wirepact/source'] });
