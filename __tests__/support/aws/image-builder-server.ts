import { TEST_ACCOUNT, TEST_REGION } from './aws-environment';
import { startHttpStub, type HttpStub, type StubAction, type StubRequest } from './http-stub';

/** A build as the server keeps it. */
export interface StubBuild {
  readonly arn: string;
  readonly pipelineArn: string;
  readonly clientToken: string;
  /** `image` of GetImage's answer, beside `arn`; tests set it to what the service would say. */
  image: {
    state: { status: string; reason?: string };
    outputResources?: { containers: { region: string; imageUris: string[] }[] };
  };
}

/** EC2 Image Builder as far as builds of container pipelines need it. */
export interface ImageBuilderServer extends HttpStub {
  /** Builds, oldest first. */
  readonly builds: StubBuild[];
  /** Pipelines that exist; starting another is ResourceNotFoundException. */
  readonly pipelines: Set<string>;
  /** Decides about requests before anything else does, where it is set: faults. */
  intercept: ((request: StubRequest) => StubAction | undefined) | undefined;
}

/** ARN of a pipeline in the tests' account and region. */
export function pipelineArn(name: string): string {
  return `arn:aws:imagebuilder:${TEST_REGION}:${TEST_ACCOUNT}:image-pipeline/${name}`;
}

/**
 * Starts a server that speaks the REST JSON protocol of Image Builder's StartImagePipelineExecution and GetImage. As the
 * service does (Image Builder API, StartImagePipelineExecution): the same client token gives the same build and starts
 * no second one, with other parameters
 * it is refused; builds of one pipeline may overlap; build versions count up.
 */
export async function startImageBuilderServer(): Promise<ImageBuilderServer> {
  const builds: StubBuild[] = [];
  const pipelines = new Set<string>();

  const start = (body: Readonly<Record<string, unknown>>): StubAction => {
    const { imagePipelineArn, clientToken } = body;
    if (typeof imagePipelineArn !== 'string' || typeof clientToken !== 'string' || !/^.{1,64}$/.test(clientToken))
      return refuse(400, 'InvalidParameterException', 'imagePipelineArn and clientToken are required');
    if (!pipelines.has(imagePipelineArn))
      return refuse(404, 'ResourceNotFoundException', `pipeline ${imagePipelineArn} does not exist`);
    const known = builds.find((build) => build.clientToken === clientToken);
    if (known !== undefined && known.pipelineArn !== imagePipelineArn)
      return refuse(400, 'IdempotentParameterMismatchException', 'the token was used with other parameters');
    const build = known ?? newBuild(imagePipelineArn, clientToken);
    if (known === undefined) builds.push(build);
    return { status: 200, body: { requestId: 'r', clientToken, imageBuildVersionArn: build.arn } };
  };
  const newBuild = (imagePipelineArn: string, clientToken: string): StubBuild => {
    const name = imagePipelineArn.split('/').at(-1) ?? '';
    const number = builds.filter((build) => build.pipelineArn === imagePipelineArn).length + 1;
    return {
      arn: `arn:aws:imagebuilder:${TEST_REGION}:${TEST_ACCOUNT}:image/${name}/1.0.0/${number}`,
      pipelineArn: imagePipelineArn,
      clientToken,
      image: { state: { status: 'PENDING' } },
    };
  };
  const get = (arn: string | null): StubAction => {
    const build = builds.find((one) => one.arn === arn);
    if (build === undefined) return refuse(404, 'ResourceNotFoundException', `image ${arn ?? ''} does not exist`);
    return { status: 200, body: { requestId: 'r', image: { arn: build.arn, type: 'DOCKER', ...build.image } } };
  };

  const stub = await startHttpStub((request) => {
    const intercepted = server.intercept?.(request);
    if (intercepted !== undefined) return intercepted;
    const { pathname, searchParams } = new URL(request.path, 'http://imagebuilder');
    if (request.method === 'PUT' && pathname === '/StartImagePipelineExecution')
      return start(JSON.parse(request.body.toString()) as Record<string, unknown>);
    if (request.method === 'GET' && pathname === '/GetImage') return get(searchParams.get('imageBuildVersionArn'));
    return refuse(400, 'InvalidRequestException', `${request.method} ${pathname} is not known here`);
  });
  const server: ImageBuilderServer = { ...stub, requests: stub.requests, builds, pipelines, intercept: undefined };
  return server;
}

function refuse(status: number, type: string, message: string): StubAction {
  return { status, headers: { 'x-amzn-errortype': type }, body: { message } };
}
