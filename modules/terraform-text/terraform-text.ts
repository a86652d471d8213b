import { BadInputError } from '../../domain/errors';

/**
 * Text as it stands, in Terraform's template language: `${` and `%{` would begin an interpolation or a directive, and are
 * written `$${` and `%%{` (Terraform, "Strings and Templates"). For Dockerfiles, shell and whatever else people write;
 * never for strings that hold references to resources.
 * @throws BadInputError where the text holds one of CDKTF's own references, which would be resolved in spite of that
 */
export function literal(text: string): string {
  if (text.includes('${TfToken['))
    throw new BadInputError('text for Terraform holds "${TfToken[", which is a reference of CDKTF', {
      hint: 'take it out of the text',
    });
  return text.replaceAll(/([$%])\{/g, '$1$1{');
}
