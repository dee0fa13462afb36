# The worker of the queue gpu on a machine with an NVIDIA GPU: as node.Dockerfile, and onnxruntime's CUDA provider.
FROM node:20.19.5-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The package carries processor binaries only; `cuda` fetches the provider of the same version (CUDA 12, cuDNN 9).
RUN npm ci --ignore-scripts && npm run cuda
COPY . .
RUN npx tsc -p tsconfig.build.json \
 && npm run kernel \
 && node dist/workers/bundle.js \
 && npm prune --omit=dev --ignore-scripts

FROM nvidia/cuda:12.8.1-cudnn-runtime-ubuntu24.04
ENV NODE_ENV=production FINSIGHT_DATA_DIR=/data SERVING_URL=onnx:?provider=cuda
WORKDIR /app
COPY --from=build /usr/local/bin/node /usr/local/bin/node
# uid 1000 of both images, which share the volume.
COPY --from=build --chown=1000:1000 /app /app
RUN mkdir /data && chown 1000:1000 /data
USER 1000:1000
VOLUME /data
ENTRYPOINT ["node", "--enable-source-maps", "dist/cli/main.js"]
CMD ["worker", "--queues", "gpu"]
