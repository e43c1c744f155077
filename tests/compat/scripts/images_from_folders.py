"""Two kinds of pictures in folders: ImageDataGenerator, a small convolutional net, callbacks."""
import os
import tempfile

import numpy as np
from PIL import Image
from tensorflow.keras import models, layers, optimizers
from tensorflow.keras.preprocessing.image import ImageDataGenerator, load_img, img_to_array

base_dir = tempfile.mkdtemp()
for subset, count in (('train', 24), ('validation', 8)):
    for cls, colour in (('bright', 200), ('dark', 40)):
        folder = os.path.join(base_dir, subset, cls)
        os.makedirs(folder)
        for i in range(count):
            noise = np.random.randint(0, 40, (20, 24, 3))
            Image.fromarray((colour + noise).astype('uint8')).save(os.path.join(folder, 'img%d.png' % i))

train_dir = os.path.join(base_dir, 'train')
validation_dir = os.path.join(base_dir, 'validation')

# All images will be rescaled by 1./255
train_datagen = ImageDataGenerator(
    rescale=1./255,
    rotation_range=40,
    width_shift_range=0.2,
    height_shift_range=0.2,
    shear_range=0.2,
    zoom_range=0.2,
    horizontal_flip=True,
    fill_mode='nearest')
test_datagen = ImageDataGenerator(rescale=1./255)

train_generator = train_datagen.flow_from_directory(
    train_dir, target_size=(16, 16), batch_size=8, class_mode='binary')
validation_generator = test_datagen.flow_from_directory(
    validation_dir, target_size=(16, 16), batch_size=8, class_mode='binary')
print(train_generator.class_indices)

for data_batch, labels_batch in train_generator:
    print('data batch shape:', data_batch.shape)
    print('labels batch shape:', labels_batch.shape)
    break

model = models.Sequential()
model.add(layers.Conv2D(8, (3, 3), activation='relu', input_shape=(16, 16, 3)))
model.add(layers.MaxPooling2D((2, 2)))
model.add(layers.Flatten())
model.add(layers.Dense(1, activation='sigmoid'))
model.compile(loss='binary_crossentropy',
              optimizer=optimizers.RMSprop(lr=1e-2),
              metrics=['acc'])

history = model.fit_generator(
    train_generator,
    steps_per_epoch=6,
    epochs=3,
    validation_data=validation_generator,
    validation_steps=2)
print(history.history['val_acc'][-1])

img = load_img(os.path.join(validation_dir, 'dark', 'img0.png'), target_size=(16, 16))
x = np.expand_dims(img_to_array(img) / 255., axis=0)
print(model.predict(x).shape, model.predict_classes(x))
