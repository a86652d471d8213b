import { LambdaLayerVersion } from '@cdktf/provider-aws/lib/lambda-layer-version';
import { AssetType, Fn, TerraformAsset } from 'cdktf';
import { Construct } from 'constructs';

/** What the layer is made with. */
export interface EstateLayerProps {
  readonly name: string;
  /** Absolute path of a zip that holds `golden-images.json`. */
  readonly zip: string;
}

/** Where Lambda puts the files of layers. */
const LAYER_ROOT = '/opt';

/**
 * The golden images and their policy as a file for functions: `golden-images.yaml` as of the last deployment, atomic, with
 * no call at a cold start and no limit of 4 KB (docs/adr/0005).
 */
export class EstateLayer extends Construct {
  /** Reference to the ARN of the layer's version. */
  readonly arn: string;
  /** Path of the document for a function that has the layer. */
  readonly file = `${LAYER_ROOT}/golden-images.json`;

  constructor(scope: Construct, id: string, { name, zip }: EstateLayerProps) {
    super(scope, id);
    const asset = new TerraformAsset(this, 'document', { path: zip, type: AssetType.FILE, assetHash: 'estate' });
    const layer = new LambdaLayerVersion(this, 'layer', {
      layerName: name,
      description: 'The golden images and their policy, from golden-images.yaml',
      filename: asset.path,
      sourceCodeHash: Fn.filebase64sha256(asset.path),
      compatibleArchitectures: ['arm64'],
      // A version cannot be changed: the functions move to the next one before this one goes.
      lifecycle: { createBeforeDestroy: true },
    });
    this.arn = layer.arn;
  }
}
